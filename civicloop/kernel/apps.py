from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KernelConfig(AppConfig):
    name = "civicloop.kernel"
    label = "kernel"
    verbose_name = _("内核")
    default_auto_field = "django.db.models.BigAutoField"
