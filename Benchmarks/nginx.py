"""One worker of nginx before all servers."""

import contextlib
import socket

#: The parameters of a FastCGI request. They are the same for all servers, so that only the responder differs.
FASTCGI = r"""
            fastcgi_split_path_info ^(/github)(/.*)?$;
            fastcgi_param GATEWAY_INTERFACE CGI/1.1;
            fastcgi_param SERVER_PROTOCOL $server_protocol;
            fastcgi_param SERVER_NAME $server_name;
            fastcgi_param SERVER_PORT $server_port;
            fastcgi_param REMOTE_ADDR $remote_addr;
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param REQUEST_URI $request_uri;
            fastcgi_param SCRIPT_NAME $fastcgi_script_name;
            fastcgi_param PATH_INFO $fastcgi_path_info;
            fastcgi_param QUERY_STRING $query_string;
            fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length;
            """


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def start(bench, folder, servers):
    """Starts one worker of nginx: the same process as the master, so that it runs as the user of the sockets."""
    (folder / "nginx.conf").write_text(_configuration(folder, servers))
    process = bench.processes.start(
        "nginx", ["nginx", "-p", folder, "-c", "nginx.conf", "-e", "stderr"], folder / "nginx.log")
    process.await_(lambda: all(listens(port) for port, _ in servers))
    return process


def _configuration(folder, servers):
    temporary = "\n".join(f"    {kind}_temp_path {folder}/{kind};" for kind in ("client_body", "fastcgi", "proxy", "scgi", "uwsgi"))
    listening = "".join(f"""
    server {{
        listen 127.0.0.1:{port} backlog=1024;
        location /github {{
            {passing}
        }}
    }}""" for port, passing in servers)
    return f"""
daemon off;
master_process off;
pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
{temporary}
    access_log {folder}/access.log;
    client_max_body_size 25m;
    client_body_buffer_size 128k;
    keepalive_requests 10000000;
    fastcgi_read_timeout 120s;
    proxy_read_timeout 120s;
    {listening}
}}
"""
