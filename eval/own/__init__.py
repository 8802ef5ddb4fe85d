"""Bring your own: tables of questions in and out, feedback, drafts for a person to edit."""
