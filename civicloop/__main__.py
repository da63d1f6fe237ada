import sys

from civicloop.config.cli import main

sys.exit(main())
