"""Learns readers from clicks and writes their lists: files in, files out."""
