"""Prose out of git snapshots of freely licensed books and documentation."""
