"""What front ends answer fits the schemas that they publish."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
from sogni_devnet.server import Devnet

from sogni_core.errors import SogniError
from sogni_core.frontend.objects import JsonObject, error_object, plan_object, result_object
from sogni_core.frontend.output_schema import JsonSchema, output_schemas
from sogni_core.testing.pytest_plugin import AppFactory

SCHEMAS = output_schemas()


def fits(found: JsonObject, schema: JsonSchema) -> None:
    jsonschema.Draft202012Validator(schema).validate(found)


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_is_a_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    assert set(SCHEMAS[name]["required"]) <= set(SCHEMAS[name]["properties"])


@pytest.mark.anyio
async def test_what_is_answered_fits(sogni_app: AppFactory, devnet: Devnet, tmp_path: Path) -> None:
    async with sogni_app(environ=devnet.environ) as app:
        prepared = await app.prepare("image", prompt="a cat", count=2, output=tmp_path / "cat.png")
        fits(plan_object(await prepared.plan()), SCHEMAS["plan"])
        fits(result_object(await prepared.run()), SCHEMAS["result"])
        devnet.faults.add("job_error", first_only=True)
        partial = result_object(await app.run("image", prompt="a dog", count=2))
        fits(partial, SCHEMAS["result"])
        assert partial["errorCode"] == "PARTIAL"
        for fields in ({"prompt": "", "count": 99}, {"prompt": "x", "context": ["none.png"]}):
            with pytest.raises(SogniError) as caught:
                await app.run("image", fields)
            fits(error_object(caught.value), SCHEMAS["error"])


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(jsonschema.ValidationError):
        fits({"success": True}, SCHEMAS["error"])


def test_codes_are_those_of_what_is_installed(sogni_app: AppFactory) -> None:
    codes = sogni_app(plugins=["video"]).error_codes
    for schema in output_schemas(codes).values():
        assert schema["properties"].get("errorCode") in (None, {"enum": sorted(codes)})
    assert "MISSING_FFMPEG" in output_schemas(codes)["error"]["properties"]["errorCode"]["enum"]
