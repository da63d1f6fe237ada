from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "civicloop.cases"
    verbose_name = _("案件")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from civicloop.cases.desk import desk
        from civicloop.kernel.desk import DESK

        DESK.fill(desk)
