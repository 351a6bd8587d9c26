"""What the user wants: layers of files, editor, environment and command line, made into one checked `Settings` value
and into domain values. It must not know the catalogue, the wire, LSP, or who acts on a setting; it never raises for
what somebody wrote, it answers with values and a list of problems.
"""
