"""The plugin keeps the contract of plugins."""

from __future__ import annotations

import sogni_video.plugin

from sogni_core.testing import check_plugin


def test_keeps_the_contract_of_plugins() -> None:
    check_plugin(sogni_video.plugin)
