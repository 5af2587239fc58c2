"""nginx in front of the nodes of a cluster."""

import contextlib
import os
import signal

from cluster_process import Service, program


class Balancer(Service):
    """nginx in front of the nodes."""

    name = "nginx"
    stop_signal = signal.SIGQUIT

    def __init__(self, folder, nodes, port=None):
        super().__init__(folder, port)
        self.nodes = nodes

    def command(self):
        targets = "\n".join(
            f"server 127.0.0.1:{node.port} max_fails=1 fail_timeout=2s;" for node in self.nodes)
        temporary = "\n".join(
            f"{kind}_temp_path {self.folder}/{kind};" for kind in
            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        path = os.path.join(self.folder, "nginx.conf")
        with open(path, "w") as file:
            file.write(f"""
{"user root;" if os.geteuid() == 0 else ""}
worker_processes 1; daemon off; pid {self.folder}/pid; error_log {self.folder}/errors;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    {temporary}
    upstream nodes {{
        least_conn;
        {targets}
        keepalive 64;
    }}
    server {{
        listen 127.0.0.1:{self.port} backlog=1024;
        client_max_body_size 2m;
        location / {{
            proxy_pass http://nodes;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_connect_timeout 2s;
            # Streams of events come whole, and stay open while nothing happens.
            proxy_buffering off;
            proxy_read_timeout 1h;
            # A POST that may have reached a node is not sent to another one.
            proxy_next_upstream error timeout http_503;
            proxy_next_upstream_tries 3;
        }}
    }}
}}
""")
        return [program("nginx", "nginx-light"), "-p", self.folder, "-c", path, "-e", f"{self.folder}/errors"]

    def log(self):
        with contextlib.suppress(OSError), open(os.path.join(self.folder, "errors"), errors="replace") as file:
            return file.read()
        return super().log()
