"""`python -m engine`."""

if __name__ == "__main__":
    # Imported here: child processes import this file too, and need no command line.
    from engine.cli import main

    main()
