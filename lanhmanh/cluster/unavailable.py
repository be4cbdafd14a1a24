"""Why a server cannot be had here, and what to install."""

from __future__ import annotations

from kernel.problems import Fault, Words


class ServerUnavailable(Fault):
    """A server cannot be had here. Each kind says why."""


class ProgramMissing(ServerUnavailable):
    """`package` is what brings it, in words that hold in both languages."""

    code = "program_missing"
    vi = Words("Thiếu chương trình", "Không tìm thấy `{program}` trong PATH.", "Hãy cài {package}.")
    en = Words("Program missing", "`{program}` is not on the PATH; install {package}.")


class PostgresMissing(ServerUnavailable):
    """Neither the system nor the environment of this Python has the server's binaries."""

    code = "postgres_missing"
    vi = Words(
        "Thiếu PostgreSQL",
        "Không tìm thấy PostgreSQL{wanted}.",
        "Hãy cài gói `postgresql` của hệ điều hành, hoặc chạy `make setup`.",
    )
    en = Words(
        "PostgreSQL missing",
        "No PostgreSQL{wanted} was found; install Debian's package `postgresql`, or run `make setup`.",
    )


class JarsNotFetched(ServerUnavailable):
    """`output` is the end of what Maven said."""

    code = "jars_not_fetched"
    vi = Words("Không tải được Apache Kafka", "Maven không tải được các tệp jar:\n{output}")
    en = Words("Apache Kafka not fetched", "Maven could not fetch its jars:\n{output}")


class ServerNotStarted(ServerUnavailable):
    """`log` is the end of what it said."""

    code = "server_not_started"
    vi = Words("Máy chủ không khởi động được", "{server} không khởi động được:\n{log}")
    en = Words("Server did not start", "{server} did not start; the end of its log:\n{log}")
