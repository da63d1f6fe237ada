"""What the terminal says, in the two languages of this house.

These sentences are read before Django is set up, by whoever starts the thing and not by whoever works in it;
so the language is the terminal's, and the table is this page.
"""

import contextlib
import os
import sys

WORDS: dict[str, tuple[str, str]] = {
    "no_home": (
        "不能使用数据目录 {path}（{why}）。请用环境变量 CIVICLOOP_HOME 指定一个可写的目录。",
        "The data directory {path} cannot be used ({why}). Name a writable one in CIVICLOOP_HOME.",
    ),
    "home_shut": (
        "数据库系统用户 {user} 进不了 {path}。请执行 chmod o+x {path}，或用 CIVICLOOP_HOME 另选目录。",
        "The database's system user {user} cannot enter {path}. "
        "Run chmod o+x {path}, or choose another CIVICLOOP_HOME.",
    ),
    "no_user": (
        "不能建立数据库系统用户 {user}（{why}）。请执行 useradd --system {user}，或以普通用户启动。",
        "The system user {user} for the database cannot be made ({why}). Run useradd --system {user}, "
        "or start as an ordinary user.",
    ),
    "url_unreadable": (
        "DATABASE_URL 无法理解（{why}）。写法：postgresql://用户:口令@主机:5432/库名",
        "DATABASE_URL cannot be read ({why}). Write it as postgresql://user:password@host:5432/name",
    ),
    "url_scheme": ("只支持 postgresql:// 地址", "only postgresql:// addresses are known"),
    "url_nameless": ("没有写数据库名", "it names no database"),
    "pool_unreadable": (
        "CIVICLOOP_DATABASE_POOL 应为整数，现为“{text}”。",
        "CIVICLOOP_DATABASE_POOL must be a whole number, not “{text}”.",
    ),
    "creating": ("正在建立数据库……", "Making the database …"),
    "starting": ("正在启动数据库……", "Starting the database …"),
    "recovering": (
        "数据库上次没有正常关闭，正在自行恢复（已 {seconds} 秒）……",
        "The database was not closed last time and is recovering by itself ({seconds} s so far) …",
    ),
    "adopted": ("数据库已在运行，继续使用。", "The database is already running; using it."),
    "failed": (
        "数据库没有启动。它最后说：\n{log}\n完整记录见 {path}",
        "The database did not start. Its last words:\n{log}\nThe whole record is {path}",
    ),
    "slow": (
        "数据库 {seconds} 秒后仍未就绪，记录见 {path}。它可能还在恢复，请稍后再启动。",
        "The database was not ready after {seconds} s; see {path}. "
        "It may still be recovering; start again later.",
    ),
    "older": (
        "数据目录 {path} 属于 PostgreSQL {found}，本版本使用 {wanted}。数据没有被改动。"
        "请先备份该目录，再执行：civicloop engine upgrade",
        "The data directory {path} belongs to PostgreSQL {found}; this release runs {wanted}. "
        "Nothing was changed. Copy that directory first, then run: civicloop engine upgrade",
    ),
    "newer": (
        "数据目录 {path} 属于更新的 PostgreSQL {found}，本版本只认识到 {wanted}。数据没有被改动。"
        "请使用建立它的那个版本，或用 CIVICLOOP_HOME 另选目录。",
        "The data directory {path} belongs to the newer PostgreSQL {found}; this release knows {wanted}. "
        "Nothing was changed. Use the release that made it, or choose another CIVICLOOP_HOME.",
    ),
    "unreachable": (
        "连不上 DATABASE_URL 所指的数据库（{why}）。请检查地址、口令和网络。",
        "The database that DATABASE_URL names cannot be reached ({why}). "
        "Check address, password and network.",
    ),
    "too_old": (
        "数据库服务器是 PostgreSQL {found}，至少需要 {wanted}。请升级服务器后再启动。",
        "The database server is PostgreSQL {found}; {wanted} or later is needed. "
        "Upgrade it, then start again.",
    ),
    "unsafe": (
        "数据库关闭了 {names}，断电或崩溃时已确认的数据会丢失，因此拒绝启动。请把它改回 on 后再启动。",
        "The database runs with {names} off: confirmed work could be lost in a crash, so we refuse to start. "
        "Set it back to on, then start again.",
    ),
    "not_utf8": (
        "数据库的编码是 {found}，需要 UTF8。"
        "请用 CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0 另建一个库。",
        "The database is encoded in {found}; UTF8 is needed. Make one with "
        "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
    ),
    "external": (
        "数据库由 DATABASE_URL 指定，不归本程序启停和升级。",
        "The database is named by DATABASE_URL; starting, stopping and upgrading it is not ours.",
    ),
    "nothing_old": (
        "数据目录 {path} 不需要升级。",
        "The data directory {path} needs no upgrade.",
    ),
    "no_binaries": (
        "找不到 PostgreSQL {found} 的程序。请执行 apt install postgresql-{found}，再试一次。",
        "The programs of PostgreSQL {found} are not here. Run apt install postgresql-{found}, try again.",
    ),
    "upgrade_running": (
        "旧数据目录 {path} 的服务器还在运行，请先停止它，再升级。",
        "The old data directory {path} is still being served; stop that server first, then upgrade.",
    ),
    "dumping": ("正在从 PostgreSQL {found} 读出数据……", "Reading the data out of PostgreSQL {found} …"),
    "restoring": ("正在写入 PostgreSQL {wanted}……", "Writing them into PostgreSQL {wanted} …"),
    "upgraded": (
        "升级完成。旧数据目录保留在 {path}，确认无误后可删除。",
        "Upgraded. The old data directory is kept as {path}; remove it when all is well.",
    ),
    "program_failed": ("{program} 失败：{why}", "{program} failed: {why}"),
    "server_up": (
        "PostgreSQL {version} 正在运行，进程 {pid}，数据目录 {path}",
        "PostgreSQL {version} is running as process {pid} on {path}",
    ),
    "server_down": (
        "数据库没有运行，数据目录 {path}",
        "The database is not running; its directory is {path}",
    ),
    "still_stopping": (
        "数据库 {seconds} 秒后仍未停止（进程 {pid}）。",
        "The database had not stopped after {seconds} s (process {pid}).",
    ),
}


def in_chinese() -> bool:
    """Whether this terminal reads Chinese, by the usual three names of the environment."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return value.startswith("zh")
    return False


def word(key: str, table: dict[str, tuple[str, str]] = WORDS, **values: object) -> str:
    """The sentence `key` of `table` in the terminal's language, with its values."""
    chinese, english = table[key]
    return (chinese if in_chinese() else english).format(**values)


def say(line: str) -> None:
    """One line on the terminal, at once; a terminal that was closed meanwhile stops nobody."""
    with contextlib.suppress(OSError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
