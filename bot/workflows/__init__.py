"""Durable sequences: what a job does, over services and notices."""
