"""Sweeps that are killed, starved, damaged and raced: `python -m tests.full.faults NAME`, and tests/test_faults.py in short."""
