#include <fastcgi.h>
#include <fcgiapp.h>

/* Accepting connections for libfcgi takes these calls of Linux, which Swift's Glibc module does not show. */
#include <sys/epoll.h>
#include <sys/eventfd.h>
struct sockaddr;
int accept4(int descriptor, struct sockaddr *address, unsigned int *length, int flags);
