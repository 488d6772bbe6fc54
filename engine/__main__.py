"""`python -m engine`."""

if __name__ == "__main__":
    # Here, because processes that this one starts import this file too, and need no command line.
    from engine.cli import main

    main()
