/* Everything from the system first: sys/types.h has a key_t of its own, which hash-table.x must not meet. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <memory.h>
#include <rpc/rpc.h>
#include <rpc/pmap_clnt.h>
#define key_t hash_table_key_t
#include "hash-table.h"
#include "hash-table-codecs.c"

/* Small, so that calls and replies are cut into many fragments. */
#define FRAGMENT_BYTES 160

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in at;
  memset(&at, 0, sizeof at);
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(port);
  return at;
}
