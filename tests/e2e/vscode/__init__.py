"""VS Code as people have it: packaged, installed, driven by keyboard and mouse."""
