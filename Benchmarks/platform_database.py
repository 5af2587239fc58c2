"""The databases that a platform is measured on, filled directly."""

import re
import sqlite3
import subprocess

from cluster_postgresql import PostgreSQL
from cluster_process import Failure, program

# So many rows may be read for nothing, which takes a few milliseconds: where every second row or so is wanted,
# PostgreSQL rather reads all of them in their order.
FEW = 5_000
# A search of the log goes through the last 20,000 lines of a workflow, and at most as many of others between them.
WINDOWS = {"platform_logs": 40_000}


class SQLite:
    """The file of the platform."""

    name = "SQLite"

    def __init__(self, folder):
        self.present = set()
        self.state = str(folder / "state")

    def fill(self, rows):
        with sqlite3.connect(f"{self.state}/platform.sqlite") as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            self.present = {name for name, in names}
            for table, columns, values in rows.tables():
                if table not in self.present:
                    continue
                names = columns.split()
                connection.executemany(
                    f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", values)
            set_head(rows, lambda sql: connection.execute(sql))

    def explain(self):
        """The plans on SQLite are checked by the tests, for every statement of the API."""

    def scans(self):
        return set()

    def stop(self):
        pass


class PostgreSQLDatabase:
    """A server of its own."""

    name = "PostgreSQL"

    def __init__(self, folder):
        self.present = set()
        self.server = PostgreSQL(str(folder))
        self.server.settings = [*self.server.settings, "shared_buffers=512MB", "fsync=off"]
        self.server.start()
        self.server.create_database()
        self.state = self.server.dsn()

    def fill(self, rows):
        found = self.server.psql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'workflow'")
        self.present = {name for name, in found}
        for table, columns, values in rows.tables():
            if table not in self.present:
                continue
            command = [
                program("psql", "postgresql-client"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.state,
                "-c", "SET session_replication_role = replica",
                "-c", "SET search_path = workflow", "-c", f"COPY {table} ({', '.join(columns.split())}) FROM STDIN"]
            with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as copy:
                for row in values:
                    copy.stdin.write("\t".join(field(value) for value in row) + "\n")
                _, error = copy.communicate()
            if copy.returncode:
                raise Failure(f"COPY {table}: {error[-1000:]}")
        set_head(rows, lambda sql: self.server.psql(f"SET search_path = workflow; {sql}"))
        self.server.psql("ANALYZE", timeout=600)

    def explain(self):
        """Has the plans of new connections written down, with what has become of them."""
        for setting in (
                "session_preload_libraries = auto_explain", "auto_explain.log_min_duration = 0",
                "auto_explain.log_analyze = on", "auto_explain.log_timing = off"):
            self.server.psql(f"ALTER DATABASE store SET {setting}")

    def scans(self):
        """The queries that have read rows of a table for nothing, from the plans that were written down."""
        query, table, found = "", "", set()
        for line in self.server.log().split("\n"):
            if "Query Text:" in line:
                query = line.split("Query Text:")[1].strip()
            elif scanned := re.search(r"-> .*? on (platform_\w+)|^\s*(?:Seq|Index).*? on (platform_\w+)", line):
                table = scanned[1] or scanned[2]
            elif (removed := re.search(r"Rows Removed by Filter: (\d+)", line)) and (
                    int(removed[1]) > WINDOWS.get(table, FEW)):
                found.add(f"{removed[1]} rows of {table} for nothing: {query}")
        return found

    def stop(self):
        self.server.stop()


def field(value):
    """A value in the text form of COPY."""
    if value is None:
        return r"\N"
    return str(value).replace("\\", r"\\").replace("\n", r"\n").replace("\t", r"\t")


def set_head(rows, execute):
    """Lets the audit log go on behind the rows."""
    execute(f"UPDATE platform_audit_heads SET sequence = {rows.entries + 100} WHERE company_id = '{rows.company}'")
