"""Videos: which workflow is chosen, which assets it takes, what is sent, and loops."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .rows import Refused, Sent, in_order, parametrize

WAN = "wan_v2.2-14b-fp8_"
T2V, I2V, S2V = f"{WAN}t2v_lightx2v", f"{WAN}i2v_lightx2v", f"{WAN}s2v_lightx2v"
MOVE, REPLACE = f"{WAN}animate-move_lightx2v", f"{WAN}animate-replace_lightx2v"
ASSETS = ("hasReferenceImage", "hasReferenceImageEnd", "hasReferenceAudio", "hasReferenceVideo")


def assets(*names: str) -> dict[str, bool | None]:
    """Return which references are sent, and that no other is."""
    return {name: True if name in {f"hasReference{part}" for part in names} else None for name in ASSETS}


FACE_SOUND, FACE_FILM = "--ref face.jpg --ref-audio speech.wav", "--ref face.jpg --ref-video motion.mp4"

NAMES = [
    *(Sent(f"-v --workflow {name} x", {"modelID": T2V}, context={"workflow": "t2v"})
      for name in ("t2v", "T2V", "text-to-video", "Text-To-Video")),
    *(Sent(f"-v --ref ref.png --workflow {name} x", {"modelID": I2V}, context={"workflow": "i2v"})
      for name in ("i2v", "I2V", "image-to-video")),
    *(Sent(f"-v {FACE_SOUND} --workflow {name} x", {"modelID": S2V}, context={"workflow": "s2v"})
      for name in ("s2v", "S2v", "sound-to-video")),
    *(Sent(f"-v {FACE_FILM} --workflow {name} x", {"modelID": MOVE}, context={"workflow": "animate-move"})
      for name in ("animate-move", "animate_move", "Animate-Move")),
    *(Sent(f"-v {FACE_FILM} --workflow {name} x", {"modelID": REPLACE}, context={"workflow": "animate-replace"})
      for name in ("animate-replace", "ANIMATE_REPLACE")),
]  # fmt: skip

CHOSEN = [
    Sent("-v x", {"modelID": T2V, **assets()}),
    Sent("-v --ref ref.png x", {"modelID": I2V, **assets("Image")}),
    Sent("-v --ref-end end.png x", {"modelID": I2V, **assets("ImageEnd")}),
    Sent("-v --ref ref.png --ref-end end.png x", {"modelID": I2V, **assets("Image", "ImageEnd")}),
    Sent(f"-v {FACE_SOUND} x", {"modelID": S2V, **assets("Image", "Audio")}),
    Sent(f"-v {FACE_FILM} x", {"modelID": MOVE, **assets("Image", "Video")}),
    Sent(f"-v --ref ref.png -m {WAN}i2v x", {"modelID": f"{WAN}i2v"}, context={"workflow": "i2v"}),
    Sent(f"-v {FACE_FILM} -m {REPLACE} x", {"modelID": REPLACE}, context={"workflow": "animate-replace"}),
    Sent(f"-v {FACE_SOUND} -m {S2V} x", {"modelID": S2V}, context={"workflow": "s2v"}),
    Sent("-v --ref ref.png -m WAN-I2V-MINE x", {"modelID": "WAN-I2V-MINE"}, context={"workflow": "i2v"}),
    Sent("-v -m mine-t2v x", {"modelID": "mine-t2v"}, context={"workflow": "t2v"}),
    Sent("-v -m mine x", {"modelID": "mine"}, context={"workflow": "t2v"}),
    Sent("-v --ref ref.png -m mine x", {"modelID": "mine"}, context={"workflow": "i2v"}),
    Sent("-v --ref ref.png --workflow i2v -m mine x", {"modelID": "mine"}, context={"workflow": "i2v"}),
]  # fmt: skip

REQUESTS = [
    Sent("-v x", {"positivePrompt": "x", "frames": 81, "fps": 16, "width": 512, "height": 512, "steps": 4,
                  "guidanceScale": None, "loras": None},
         {"numberOfImages": 1, "tokenType": "spark", "disableSafety": False, "network": "fast"}),
    Sent("-v --duration 1 x", {"frames": 17}),
    Sent("-v --duration 10 x", {"frames": 161}),
    Sent("-v --duration 1.0 x", {"frames": 17}),
    Sent("-v --duration 2 --fps 32 x", {"frames": 33, "fps": 32}, why="wan renders 16 a second whatever the rate"),
    Sent("-v --frames 33 x", {"frames": 33}),
    Sent("-v --frames 33 --duration 2 x", {"frames": 33}, why="frames beat the duration"),
    Sent("-v --steps 6 --guidance 1.5 x", {"steps": 6, "guidanceScale": 1.5}),
    Sent(f"-v -m {WAN}i2v --ref ref.png x", {"steps": 20}),
    Sent("-v -m my-turbo x", {"steps": 4}),
    Sent("-v -m my-lcm x", {"steps": 4}),
    Sent("-v -m my-lightning x", {"steps": 4}),
    Sent("-v -m mine x", {"steps": 20}),
    Sent("-v -n 2 x", project={"numberOfImages": 2}),
    Sent("-v --format mp4 x", project={"outputFormat": "mp4"}),
    Sent("-v --token sogni x", project={"tokenType": "sogni"}),
    Sent("-v -s 9 x", {"seed": 9}),
]  # fmt: skip


@parametrize([*NAMES, *CHOSEN, *REQUESTS])
def test_a_video_is_asked_for(stage: Any, row: Sent) -> None:
    stage.send(row)


T2V_REFUSES = "t2v does not accept reference image/audio/video."
I2V_NEEDS, I2V_REFUSES = "i2v requires --ref and/or --ref-end.", "i2v does not accept reference audio/video."
S2V_NEEDS, S2V_REFUSES = "s2v requires both --ref and --ref-audio.", "s2v does not accept reference video."
ANIMATE_NEEDS = "animate workflows require both --ref and --ref-video."
ANIMATE_REFUSES = "animate workflows do not accept reference audio."

REFUSED = [
    Refused("-v --workflow t2v --ref ref.png x", T2V_REFUSES),
    Refused("-v --workflow t2v --ref-end end.png x", T2V_REFUSES),
    Refused("-v --workflow t2v --ref-audio speech.wav x", T2V_REFUSES),
    Refused("-v --workflow t2v --ref-video motion.mp4 x", T2V_REFUSES),
    Refused(f"-v -m {T2V} --ref ref.png x", T2V_REFUSES),
    Refused("-v --workflow i2v x", I2V_NEEDS),
    Refused(f"-v -m {I2V} x", I2V_NEEDS),
    Refused("-v --workflow i2v --ref-audio speech.wav x", I2V_NEEDS),
    Refused("-v --workflow i2v --ref ref.png --ref-audio speech.wav x", I2V_REFUSES),
    Refused("-v --workflow i2v --ref ref.png --ref-video motion.mp4 x", I2V_REFUSES),
    Refused("-v --workflow s2v x", S2V_NEEDS),
    Refused("-v --workflow s2v --ref face.jpg x", S2V_NEEDS),
    Refused("-v --ref-audio speech.wav x", S2V_NEEDS),
    Refused(f"-v --workflow s2v {FACE_SOUND} --ref-video motion.mp4 x", S2V_REFUSES),
    Refused("-v --ref-video motion.mp4 x", ANIMATE_NEEDS),
    Refused("-v --workflow animate-move --ref face.jpg x", ANIMATE_NEEDS),
    Refused("-v --workflow animate-replace x", ANIMATE_NEEDS),
    Refused(f"-v --workflow animate-replace {FACE_FILM} --ref-audio speech.wav x", ANIMATE_REFUSES),
    Refused(f"-v {FACE_FILM} --ref-audio speech.wav x", ANIMATE_REFUSES),
    Refused(f"-v --workflow t2v -m {I2V} x", f'Workflow "t2v" does not match model "{I2V}".'),
    Refused(f"-v --workflow animate-move -m {REPLACE} {FACE_FILM} x",
            f'Workflow "animate-move" does not match model "{REPLACE}".',
            {"workflow": "animate-move", "model": REPLACE}),
    Refused("-v --estimate-video-cost --workflow i2v", I2V_NEEDS, why="an estimate is checked too"),
    Refused("-v --estimate-video-cost --ref-audio speech.wav", S2V_NEEDS),
    Refused("-v --duration 1.5 x", "--duration must be an integer."),
    Refused("-v --looping --workflow t2v -o l.mp4 x", "--looping is only supported with i2v workflow."),
    Refused(f"-v --looping {FACE_FILM} -o l.mp4 x", "--looping is only supported with i2v workflow."),
]  # fmt: skip


@parametrize(REFUSED)
def test_assets_have_to_fit_the_workflow(stage: Any, row: Refused) -> None:
    stage.refuse(row)


@pytest.mark.parametrize("workflow", ["s2v", "animate-move"])
def test_an_end_beside_sound_or_motion_is_sent_or_refused(stage: Any, workflow: str) -> None:
    """The original sends it; the service takes none there, so a refusal that names the flag is as good."""
    other = FACE_SOUND if workflow == "s2v" else FACE_FILM
    stage.devnet.faults.add("insufficient_funds", times=None)
    found = stage.fail(f"-v --workflow {workflow} {other} --ref-end end.png x")
    sent = bool(stage.projects) and stage.frames[0].get("hasReferenceImageEnd")
    told = any("ref-end" in line for line in stage.lines if line.startswith("Warning:"))
    assert sent or told or "ref-end" in found["error"] or "end" in found["error"]


def test_references_arrive(stage: Any) -> None:
    stage.succeed("-v --ref face.jpg --ref-audio speech.wav --duration 1 x")
    for slot, name in (("referenceImage", "face.jpg"), ("referenceAudio", "speech.wav")):
        assert stage.uploads[slot].read_bytes() == (stage.folder / name).read_bytes()


# Loops.

LOOP = "-v --looping --ref ref.png --duration 1"


def test_a_loop_is_two_clips(stage: Any) -> None:
    found = stage.succeed(f"{LOOP} -s 9 --steps 6 -o l.mp4 x")
    assert found["localPath"] == str(stage.folder / "l.mp4")
    assert (stage.folder / "l.mp4").read_bytes()[4:8] == b"ftyp"
    assert len(stage.frames) == 2
    for frame in stage.frames:
        assert (frame["modelID"], frame["positivePrompt"], frame["steps"]) == (I2V, "x", 6)
        assert (frame["frames"], frame["fps"], frame["width"]) == (17, 16, 512)
    assert stage.frames[0].get("hasReferenceImageEnd") is None
    assert stage.frames[1]["hasReferenceImage"] and stage.frames[1]["hasReferenceImageEnd"]
    told = ["Creating looping video (A→B→A)...", "Extracting last frame...", "Generating return clip (B→A)...",
            "Concatenating clips...", f"Saved looping video to {stage.folder / 'l.mp4'}"]  # fmt: skip
    said = [line.replace("to l.mp4", f"to {stage.folder / 'l.mp4'}") for line in stage.lines]
    assert in_order(told, said), stage.called.stderr
    assert sorted(path.name for path in stage.folder.iterdir()) == ["l.mp4", "ref.png"]


def test_a_loop_without_a_place_is_refused_or_saved(stage: Any) -> None:
    """The original makes one plain clip. Refusing and saving into a file of its own naming are both allowed."""
    called = stage.call(["--json", *LOOP.split(), "x"])
    if called.exit_code == 0:
        assert stage.json["localPath"].endswith(".mp4")
        assert len(stage.projects) == 2
    else:
        assert re.search("--output|-o", stage.json["error"])
        assert stage.projects == []


def test_a_loop_without_ffmpeg_sends_nothing(stage: Any) -> None:
    missing = str(stage.folder / "none" / "ffmpeg")
    found = stage.fail(f"{LOOP} -o l.mp4 x", environ={"FFMPEG_PATH": missing})
    assert found["errorCode"] == "MISSING_FFMPEG"
    assert found["errorDetails"]["ffmpegPath"] == missing
    assert stage.projects == []
