#include <fastcgi.h>
#include <fcgiapp.h>
#include <malloc.h>

/* ListeningSocket accepts connections with this function of Linux, which the Glibc module of Swift lacks. */
struct sockaddr;
int accept4(int descriptor, struct sockaddr *address, unsigned int *length, int flags);
