from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KernelConfig(AppConfig):
    name = "civicloop.kernel"
    label = "kernel"
    verbose_name = _("内核")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from civicloop.kernel.evidence.audit import check_files
        from civicloop.kernel.trail.verify import CHECKS

        CHECKS.fill(check_files)
