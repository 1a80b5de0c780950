"""What a client has to tolerate, by this repository's reading, both SDKs tolerate: each switch of the devnet is on.

A switch that they stumbled over would ask more of this client than the live network can ask of anybody.
"""

from __future__ import annotations

from pathlib import Path

from .conftest import Open, Served
from .installation import Peer
from .materials import Materials, clip, fetch, image
from .orders import WAN, file
from .test_images import EDIT, TURBO
from .test_videos import CLIP


def test_everything_is_rendered_with_every_switch_on(
    open_sdk: Open, peer: Peer, odd: Served, materials: Materials, tmp_path: Path
) -> None:
    # Not quiet: the JavaScript SDK logs frames without an object and records that lack a list, and goes on.
    with open_sdk(peer, odd, by="password", quiet=False) as sdk:
        for _ in range(3):  # switches that exclude each other take turns
            made = sdk.render(**TURBO | {"numberOfMedia": 2, "seed": 7})
            assert [image(url) for url in made["urls"]] == [("PNG", (512, 512))] * 2
        made = sdk.render(**EDIT | {"contextImages": [file(materials.face), file(materials.scene)]})
        assert [image(url) for url in made["urls"]] == [("PNG", (512, 512))]
        for _ in range(3):
            made = sdk.render(**CLIP | {"modelId": WAN.format("i2v"), "referenceImage": file(materials.face)})
            (moving,) = (clip(url, tmp_path) for url in made["urls"])
            assert (moving.size, moving.frames) == ((480, 512), 17)
        made = sdk.render(
            type="audio", modelId="ace_step_1.5_turbo", positivePrompt="piano", numberOfMedia=1, duration=10,
            tokenType="spark", network="fast",
        )  # fmt: skip
        assert [fetch(url)[1] for url in made["urls"]] == ["audio/mpeg"]
