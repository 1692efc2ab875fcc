"""Migrations of the journal's tables, run by Alembic when a journal is opened.

A change of :mod:`store.tables` comes with a script in ``versions`` (``0002_what.py``, with
``down_revision`` naming the one before) and with its revision as ``HEAD`` in
:mod:`store.migrating`; tests say where the three differ. Scripts never import the tables, which go
on changing. What is published is never edited: the next script mends it.
"""
