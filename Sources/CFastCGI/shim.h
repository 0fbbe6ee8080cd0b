#include <fastcgi.h>
#include <fcgiapp.h>

/* Accepting connections for libfcgi takes these calls of Linux, which Swift's Glibc module does not show. */
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);
