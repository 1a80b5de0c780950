"""What the distribution registers, and that registering costs nothing."""

import os
import subprocess
import sys
from importlib import import_module

import pytest
from sogni_devnet import plugin
from sogni_devnet.settings import DevnetSettings

HEAVY = "pydantic httpx websockets PIL rich asyncio ssl eth_account starlette uvicorn typer"


@pytest.mark.parametrize("module", ["sogni_devnet.plugin", "sogni_devnet"])
def test_import_is_light(module):
    code = f"import sys, {module}; print([m for m in {HEAVY.split()!r} if m in sys.modules])"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    assert done.stdout.strip() == "[]"


def test_targets_exist():
    records = [*plugin.sogni_networks(), *plugin.sogni_commands()]
    for target in [*(record.target for record in records), plugin.sogni_settings()[0].model]:
        module, name = target.split(":")
        assert callable(getattr(import_module(module), name))


def test_every_setting_is_described_and_has_a_default():
    for name, field in DevnetSettings.model_fields.items():
        assert field.description, name
        assert not field.is_required(), name


@pytest.mark.parametrize("devnet", [{"slots": 5}], indirect=True)
def test_fixture_takes_keywords(devnet):
    assert (devnet.settings.slots, devnet.settings.seconds_per_image) == (5, 0)
    assert devnet.requests == devnet.job_requests == devnet.files == devnet.projects == []
