"""Names that are data, in the reader's language."""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.translation import get_language


def in_language(name: str, name_en: str) -> str:
    """The Chinese name, or for other readers the English one where there is one."""
    return name_en if name_en and not (get_language() or "zh").startswith("zh") else name


class LanguageByChoice(LocaleMiddleware):
    """Pages speak the office's language until the reader chooses another; what a browser was shipped with says
    little about who sits before it.  Programs are asked by their Accept-Language."""

    def process_request(self, request: HttpRequest) -> None:
        if request.path_info.startswith(settings.CIVICLOOP_API_PREFIX):
            super().process_request(request)
            return
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        translation.activate(chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
