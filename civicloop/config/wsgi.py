"""What the web server calls."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "civicloop.config.settings")

from django.core.wsgi import get_wsgi_application

from civicloop.config.processes import watch_parent

watch_parent()
application = get_wsgi_application()
