"""`python -m gramledger_cli`."""

import sys

from gramledger_cli.main import main

sys.exit(main())
