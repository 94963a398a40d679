"""Honest clients stay signed in, and stale tokens end sessions, whatever happens in whatever order."""

from __future__ import annotations

from hypothesis import settings

from hexflows.entrypoints.testing.machines.rotation import Rotation

TestRotation = Rotation.TestCase
# Rules alone, so that more runs are cheap.
TestRotation.settings = settings(max_examples=2 * settings().max_examples)
