"""Models, tiers, presets and estimates."""

import pytest

pytestmark = pytest.mark.anyio


async def test_every_model_has_a_tier_and_workers(artist):
    models = (await artist.get("/api/v1/models/list")).json()
    tiers = (await artist.get("/api/v2/models/tiers")).json()
    workers = (await artist.get("/api/v1/status/network/fast/models")).json()
    for model in models:
        assert model["tier"] in tiers
        assert workers[str(model["SID"])] == 2
        assert (await artist.get(f"/api/v1/models/tiers/{model['id']}")).json() == tiers[model["tier"]]


async def test_tiers_have_the_shape_of_their_family(artist):
    tiers = (await artist.get("/api/v2/models/tiers")).json()
    assert tiers["z-image-turbo"]["type"] == "image"
    assert tiers["z-image-turbo"]["comfySampler"]["default"] == "res_multistep"
    assert "type" not in tiers["flux1-schnell"]
    assert tiers["flux1-schnell"]["sampler"]["default"] == "Euler"


async def test_size_presets(artist):
    presets = (await artist.get("/api/v1/size-presets/network/fast/model/flux1-schnell-fp8")).json()
    assert {"label": "Square", "id": "square", "width": 512, "height": 512, "ratio": "1:1", "aspect": "1"} in presets
    assert (await artist.get("/api/v1/size-presets/network/fast/model/none")).status_code == 404


async def test_loras_of_a_model(artist):
    found = (await artist.get("/v1/loras/comfy", modelId="qwen_image_edit_2511_fp8")).json()["data"]["loras"]
    assert [lora["loraId"] for lora in found] == ["multiple_angles"]
    assert (await artist.get("/v1/loras/comfy", modelId="z_image_bf16")).json()["data"]["loras"] == []


@pytest.mark.parametrize("token", ["spark", "sogni"])
async def test_estimate_is_what_is_debited(artist, job_request, token):
    path = f"/api/v2/job/estimate/{token}/fast/z_image_turbo_bf16/3/6/0/0/0/256/320"
    estimate = (await artist.get(path)).json()
    request = job_request({"steps": 6}, numberOfImages=3, tokenType=token)
    async with artist.connect() as socket:
        await socket.send("jobRequest", request)
        await socket.events(request["jobID"])
    debit = getattr(artist.account.balance, token).debit
    assert estimate["quote"]["project"]["costInToken"] == format(debit.normalize(), "f")


async def test_estimate_v3_prices_context_images(artist):
    base = "/job/estimate/spark/fast/qwen_image_edit_2511_fp8/1/0/0/0/0/0/0"
    plain = (await artist.get(f"/api/v2{base}")).json()["quote"]["project"]["costInSpark"]
    edit = (await artist.get(f"/api/v3{base}/0/_/2")).json()["quote"]["project"]["costInSpark"]
    assert float(edit) == pytest.approx(1.2 * float(plain))


@pytest.mark.parametrize(
    "path",
    [
        "/gold/fast/z_image_bf16/1/8/0/0/0/0/0", "/spark/slow/z_image_bf16/1/8/0/0/0/0/0",
        "/spark/fast/z_image_bf16/0/8/0/0/0/0/0", "/spark/fast/z_image_bf16/1/8/0/2/0/0/0",
        "/spark/fast/z_image_bf16/1/-1/0/0/0/0/0", "/spark/fast/z_image_bf16/1/8/0/0/x/0/0",
        "/spark/fast/nothing/1/8/0/0/0/0/0",
    ],
)  # fmt: skip
async def test_estimate_of_nonsense_is_refused(artist, path):
    answer = await artist.get(f"/api/v2/job/estimate{path}")
    assert 400 <= answer.status_code < 500
    assert answer.json()["status"] == "error"


async def test_unknown_path_has_an_error_body(artist):
    assert (await artist.get("/v9/nothing")).json() == {"status": "error", "message": "Not Found", "errorCode": 404}


@pytest.mark.parametrize("count", [1, 3])
async def test_video_estimate_is_what_is_debited(artist, video_request, count):
    path = "/api/v1/job-video/estimate/spark/wan_v2.2-14b-fp8_t2v_lightx2v/512/480/17/16"
    estimate = (await artist.get(f"{path}/6/{count}", network="fast")).json()
    await artist.render(video_request(frame={"steps": 6}, numberOfImages=count))
    debit = artist.account.balance.spark.debit
    assert estimate["quote"]["project"]["costInToken"] == format(debit.normalize(), "f")
    assert estimate["benchmark"]["estimatedRenderTimeSec"] > 0


async def test_video_estimate_without_steps(artist):
    path = "/api/v1/job-video/estimate/sogni/wan_v2.2-14b-fp8_t2v_lightx2v/512/512/81/16"
    once = (await artist.get(path)).json()["quote"]["project"]["costInToken"]
    twice = (await artist.get(f"{path}/0/2")).json()["quote"]["project"]["costInToken"]
    assert float(twice) == 2 * float(once)


async def test_audio_estimate_is_what_is_debited(artist, audio_request):
    path = "/api/v1/job-audio/estimate/spark/ace_step_1.5_turbo/10/8/2"
    estimate = (await artist.get(path)).json()
    await artist.render(audio_request({"steps": 8}, numberOfImages=2))
    debit = artist.account.balance.spark.debit
    assert estimate["quote"]["project"]["costInToken"] == format(debit.normalize(), "f")


@pytest.mark.parametrize(
    "path",
    ["job-video/estimate/spark/z_image_turbo_bf16/512/512/81/16", "job-video/estimate/spark/none/512/512/81/16",
     "job-video/estimate/spark/wan_v2.2-14b-fp8_i2v/512/512/x/16",
     "job-video/estimate/gold/wan_v2.2-14b-fp8_i2v/1/1/1/1",
     "job-video/estimate/spark/wan_v2.2-14b-fp8_i2v/512/512/81/16/4/0",
     "job-audio/estimate/spark/ace_step_1.5_turbo/inf/8/1", "job-audio/estimate/spark/wan_v2.2-14b-fp8_i2v/10/8/1"],
)  # fmt: skip
async def test_media_estimate_of_nonsense_is_refused(artist, path):
    assert 400 <= (await artist.get(f"/api/v1/{path}")).status_code < 500


async def test_the_four_shapes_of_tiers(artist):
    tiers = (await artist.get("/api/v2/models/tiers")).json()
    assert {tier.get("type") for tier in tiers.values()} == {None, "image", "video", "audio"}
    wan = tiers["wan22-i2v-lightx2v"]
    assert wan["frames"] == {"min": 17, "max": 161, "default": 81, "step": 1}
    assert wan["fps"] == {"allowed": [16, 32], "default": 16}
    assert tiers["ltx23-dev"]["fps"] == {"min": 1, "max": 60, "default": 24}
    assert tiers["ace_step_1.5_turbo"]["bpm"] == {"min": 30, "max": 300, "default": 120}
    assert tiers["flux2-dev"]["type"] == "image"


async def test_slots_by_kind(start_devnet, artist_of):
    artist = artist_of(start_devnet(slots=3, video_slots=1))
    async with artist.connect(greeted=False) as socket:
        counts = await socket.until("swarmModels")
    assert (counts["z_image_turbo_bf16"], counts["wan_v2.2-14b-fp8_i2v"], counts["ace_step_1.5_turbo"]) == (3, 1, 1)
