"""The one page of settings.  Everything that differs between installations comes from the environment.

Each `env…` call below has its row in docs/deploy/settings.md; a test compares the two.
"""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from civicloop import __version__
from civicloop.kernel.engine import connection_settings, home, trial_secret

ROOT = Path(__file__).resolve().parent.parent.parent


def env(name: str, default: str = "") -> str:
    """A text from the environment; `NAME_FILE` names a mounted file that holds it."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return os.environ.get(name, default)


def envbool(name: str, default: bool) -> bool:
    return env(name, str(default)).lower() in {"1", "true", "yes", "on"}


def envint(name: str, default: int) -> int:
    text = env(name, str(default))
    try:
        return int(text)
    except ValueError as broken:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {text!r}") from broken


def envlist(name: str, default: str = "") -> list[str]:
    return [one.strip() for one in env(name, default).split(",") if one.strip()]


# What kind of installation this is.
CIVICLOOP_MODE = env("CIVICLOOP_MODE", "trial")
if CIVICLOOP_MODE not in {"trial", "production"}:
    raise ImproperlyConfigured("CIVICLOOP_MODE must be trial or production")
PRODUCTION = CIVICLOOP_MODE == "production"
DEBUG = envbool("CIVICLOOP_DEBUG", False)
CIVICLOOP_VERSION = __version__

SECRET_KEY = env("CIVICLOOP_SECRET") or ("" if PRODUCTION else trial_secret())
if PRODUCTION:
    if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10 or SECRET_KEY.startswith("trial-"):
        raise ImproperlyConfigured(
            "CIVICLOOP_SECRET must be set to at least 50 random characters of its own in production mode; "
            "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"
        )
    if DEBUG:
        raise ImproperlyConfigured("CIVICLOOP_DEBUG must be off in production mode")
SECRET_KEY_FALLBACKS = envlist("CIVICLOOP_OLD_SECRETS")

ALLOWED_HOSTS = envlist("CIVICLOOP_HOSTS", "" if PRODUCTION else "*")
CSRF_TRUSTED_ORIGINS = envlist("CIVICLOOP_ORIGINS")
TLS = envbool("CIVICLOOP_TLS", PRODUCTION)

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "procrastinate.contrib.django",
    "civicloop.kernel",
    "civicloop.divisions",
    "civicloop.people",
    "civicloop.standards",
    "civicloop.cases",
    "civicloop.cockpit",
    "civicloop.notifications",
    "civicloop.demo",
    "civicloop.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "civicloop.kernel.web.Headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "civicloop.kernel.language.LanguageByChoice",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "civicloop.people.door.Door",
    "civicloop.kernel.idempotency.OneIntentOneEffect",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "civicloop.config.urls"
WSGI_APPLICATION = "civicloop.config.wsgi.application"
CIVICLOOP_API_PREFIX = "/api/"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "civicloop.config.context.frame",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "civicloop.kernel.templatetags.looks",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# PostgreSQL, embedded unless DATABASE_URL (read by the engine) names a server.
DATABASES = {"default": connection_settings()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Files and photos.
CIVICLOOP_FILES = env("CIVICLOOP_FILES") or str(home() / "files")
CIVICLOOP_PHOTO_MAX_BYTES = envint("CIVICLOOP_PHOTO_MAX_BYTES", 20 * 1024 * 1024)
CIVICLOOP_PHOTO_MAX_PIXELS = envint("CIVICLOOP_PHOTO_MAX_PIXELS", 50_000_000)
CIVICLOOP_DOCUMENT_MAX_BYTES = envint("CIVICLOOP_DOCUMENT_MAX_BYTES", 50 * 1024 * 1024)
CIVICLOOP_PHOTO_FAR_M = envint("CIVICLOOP_PHOTO_FAR_M", 300)
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Static files: served by the web process itself, also the ones that npm brought.
STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "static"]
STATIC_ROOT = home() / "static"
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": CIVICLOOP_FILES},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
    "evidence": {"BACKEND": env("CIVICLOOP_EVIDENCE_STORE", "civicloop.kernel.evidence.store.LocalStore")},
}

# People at the door.
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "people:log_in"
LOGIN_REDIRECT_URL = "home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
CIVICLOOP_PASSWORD_LENGTH = envint("CIVICLOOP_PASSWORD_LENGTH", 10)
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "phone")},
    },
    {
        "NAME": "civicloop.people.passwords.LongEnough",
        "OPTIONS": {"min_length": CIVICLOOP_PASSWORD_LENGTH},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
CIVICLOOP_TRIES = envint("CIVICLOOP_TRIES", 5)
CIVICLOOP_LOCKED_MINUTES = envint("CIVICLOOP_LOCKED_MINUTES", 30)
CIVICLOOP_IDLE_MINUTES = envint("CIVICLOOP_IDLE_MINUTES", 30)
CIVICLOOP_SESSION_HOURS = envint("CIVICLOOP_SESSION_HOURS", 12)
CIVICLOOP_TWO_FACTOR = envbool("CIVICLOOP_TWO_FACTOR", PRODUCTION)
AXES_FAILURE_LIMIT = CIVICLOOP_TRIES
AXES_COOLOFF_TIME = CIVICLOOP_LOCKED_MINUTES / 60
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
# Without these, axes would keep a new password in clear, and anybody could keep an account locked for ever.
AXES_SENSITIVE_PARAMETERS = [
    "username", "ip_address", "password", "new_password", "new_password_again", "one_time_code",
]  # fmt: skip
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_CALLABLE = "civicloop.people.door.locked_out"
OTP_TOTP_ISSUER = "CivicLoop"
OTP_TOTP_THROTTLE_FACTOR = 1

SESSION_COOKIE_NAME = "__Host-session" if TLS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if TLS else "csrf"
LANGUAGE_COOKIE_NAME = "language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = CIVICLOOP_SESSION_HOURS * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Headers.
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
SECURE_SSL_REDIRECT = False  # the proxy or `civicloop serve --tls` decides
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if envbool("CIVICLOOP_BEHIND_PROXY", False) else None
)
X_FRAME_OPTIONS = "DENY"
CIVICLOOP_TILES = env("CIVICLOOP_TILES")
CIVICLOOP_TILE_HOSTS = envlist("CIVICLOOP_TILE_HOSTS")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *CIVICLOOP_TILE_HOSTS],
        "font-src": [SELF],
        "connect-src": [SELF, *CIVICLOOP_TILE_HOSTS],
        "worker-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Language and time.
LANGUAGE_CODE = env("CIVICLOOP_LANGUAGE", "zh-hans")
LANGUAGES = [("zh-hans", _("中文")), ("en", _("英文"))]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
TIME_ZONE = env("CIVICLOOP_TIME_ZONE", "Asia/Shanghai")
USE_TZ = True

# Whoever reports a case may also verify it only where the office gives a reason here; the page shows it.
CIVICLOOP_REPORTER_MAY_VERIFY = env("CIVICLOOP_REPORTER_MAY_VERIFY")

# The office's clock.
CIVICLOOP_SHIFTS = env("CIVICLOOP_SHIFTS", "09:00-12:00,14:00-18:00")
CIVICLOOP_ON_SITE_MINUTES = envint("CIVICLOOP_ON_SITE_MINUTES", 30)

# The web and its workers.
CIVICLOOP_BIND = env("CIVICLOOP_BIND", "127.0.0.1:8000")
CIVICLOOP_WEB_PROCESSES = envint("CIVICLOOP_WEB_PROCESSES", 1)
CIVICLOOP_WEB_THREADS = envint("CIVICLOOP_WEB_THREADS", 4)

# Background work: rows of the same database.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# What a trial starts with.
CIVICLOOP_CITY = env("CIVICLOOP_CITY", "3213")
CIVICLOOP_DEMO_CASES = envint("CIVICLOOP_DEMO_CASES", 3000)

SILENCED_SYSTEM_CHECKS = ["axes.W006"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("CIVICLOOP_LOG_LEVEL", "WARNING")},
    "loggers": {"django.request": {"level": "ERROR"}},  # a refusal is an answer, not an incident
}
