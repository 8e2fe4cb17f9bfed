/* The lecture's server on a port of its own, without a portmapper. Prints the port, serves until killed. */
#include "hash-table-common.h"
#include "hash-table-dispatch.c"

#define KEYS_MAX 4096
static struct keyvalue_t table[KEYS_MAX];
static hash_table_key_t keys[KEYS_MAX];
static int count;

static int find(const char *key) {
  for (int at = 0; at < count; at++) if (strcmp(table[at].key, key) == 0) return at;
  return -1;
}

int *put_1_svc(keyvalue_t *pair, struct svc_req *request) {
  static int result;
  int at = find(pair->key);
  result = at >= 0 || count < KEYS_MAX ? 0 : -1;
  if (at < 0 && result == 0) { at = count++; table[at].key = strdup(pair->key); }
  if (result == 0) table[at].value = pair->value;
  return &result;
}

/* The key `uid` is who calls, as AUTH_SYS says; -2 without it. */
int *getvalue_1_svc(hash_table_key_t *key, struct svc_req *request) {
  static int result;
  int at = find(*key);
  if (strcmp(*key, "uid") == 0) {
    struct authsys_parms *who = (struct authsys_parms *)request->rq_clntcred;
    result = request->rq_cred.oa_flavor == AUTH_SYS ? (int)who->aup_uid : -2;
  } else {
    result = at < 0 ? -1 : table[at].value;
  }
  return &result;
}

keyarray_t *getkeys_1_svc(void *nothing, struct svc_req *request) {
  static keyarray_t result;
  for (int at = 0; at < count; at++) keys[at] = table[at].key;
  result.keyarray_t_len = count;
  result.keyarray_t_val = keys;
  return &result;
}

int main(void) {
  struct sockaddr_in at = loopback(0);
  socklen_t length = sizeof at;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&at, length) < 0 || listen(fd, 16) < 0) return 1;
  if (getsockname(fd, (struct sockaddr *)&at, &length) < 0) return 1;
  SVCXPRT *transport = svctcp_create(fd, FRAGMENT_BYTES, FRAGMENT_BYTES);
  /* Protocol 0: registered with this process only. */
  if (transport == NULL || !svc_register(transport, HASHTABLE_PROG, HASHTABLE_VERSION, hashtable_prog_1, 0)) return 1;
  printf("%d\n", ntohs(at.sin_port));
  fflush(stdout);
  svc_run();
  return 1;
}
