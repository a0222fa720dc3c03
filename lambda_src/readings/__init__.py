"""Meter readings: files of any size and a live feed, checked row by row, stored, asked for."""
