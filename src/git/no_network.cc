// Stands in for the parts of libgit2 that speak TLS, SSH and Kerberos, where that is linked statically:
// nothing here opens a connection. Their libraries would take longer to load than ten commits to scan, and
// starting TLS reads the system's certificates. These are the functions that the rest of libgit2 (1.1 to 1.9)
// calls: those that start a part report success, and the others, which nobody calls, failure.
extern "C" {

int git_mbedtls_stream_global_init() { return 0; }
int git_mbedtls__set_cert_location() { return -1; }
int git_mbedtls_stream_new() { return -1; }
int git_mbedtls_stream_wrap() { return -1; }

int git_http_auth_negotiate() { return -1; }

int git_transport_ssh_global_init() { return 0; }
int git_transport_ssh_libssh2_global_init() { return 0; }  // from 1.8 on
int git_transport_ssh_with_paths() { return -1; }
int git_smart_subtransport_ssh() { return -1; }
}
