#include <fastcgi.h>
#include <fcgiapp.h>
#include <malloc.h>

/* Accepting connections for libfcgi takes this call of Linux, which Swift's Glibc module does not show. */
struct sockaddr;
int accept4(int descriptor, struct sockaddr *address, unsigned int *length, int flags);
