/* client PORT: reads commands from standard input, prints a line for each. No portmapper is asked. */
#include "hash-table-common.h"
#include "hash-table-stub.c"

static char line[1024];

static CLIENT *client_of(int port, u_long program, u_long version) {
  struct sockaddr_in at = loopback(port);
  int fd = RPC_ANYSOCK;
  CLIENT *client = clnttcp_create(&at, program, version, &fd, FRAGMENT_BYTES, FRAGMENT_BYTES);
  gid_t gids[] = {4, 27};
  if (client == NULL) { clnt_pcreateerror("client"); exit(1); }
  client->cl_auth = authsys_create("c-peer", 1000, 100, 2, gids);
  return client;
}

/* The name of the error, and what it says of versions or of the reason. */
static void print_error(CLIENT *client) {
  struct rpc_err error;
  clnt_geterr(client, &error);
  printf("error %d", error.re_status);
  if (error.re_status == RPC_PROGVERSMISMATCH) printf(" %d %d", (int)error.re_vers.low, (int)error.re_vers.high);
  if (error.re_status == RPC_AUTHERROR) printf(" %d", error.re_why);
  printf("\n");
}

static void print_call(CLIENT *client, u_long procedure) {
  struct timeval timeout = {25, 0};
  if (clnt_call(client, procedure, (xdrproc_t)xdr_void, NULL, (xdrproc_t)xdr_void, NULL, timeout) != RPC_SUCCESS) print_error(client);
  else printf("ok\n");
}

static void print_int(CLIENT *client, int *result) {
  if (result == NULL) print_error(client);
  else printf("%d\n", *result);
}

int main(int argc, char **argv) {
  int port = atoi(argv[1]);
  CLIENT *client = client_of(port, HASHTABLE_PROG, HASHTABLE_VERSION);
  while (fgets(line, sizeof line, stdin)) {
    char *command = strtok(line, " \n"), *key = strtok(NULL, " \n"), *value = strtok(NULL, " \n");
    if (strcmp(command, "put") == 0) {
      keyvalue_t pair = {key, atoi(value)};
      print_int(client, put_1(&pair, client));
    } else if (strcmp(command, "get") == 0) {
      print_int(client, getvalue_1(&key, client));
    } else if (strcmp(command, "keys") == 0) {
      keyarray_t *keys = getkeys_1(NULL, client);
      if (keys == NULL) { print_error(client); continue; }
      printf("%u", keys->keyarray_t_len);
      for (u_int at = 0; at < keys->keyarray_t_len; at++) printf(" %s", keys->keyarray_t_val[at]);
      printf("\n");
      clnt_freeres(client, (xdrproc_t)xdr_keyarray_t, (char *)keys);
    } else if (strcmp(command, "call") == 0) {
      print_call(client, atoi(key));
    } else if (strcmp(command, "program") == 0) {
      print_call(client_of(port, atoi(key), atoi(value)), 0);
    } else if (strcmp(command, "version") == 0) {
      print_call(client_of(port, HASHTABLE_PROG, atoi(key)), 0);
    } else if (strcmp(command, "anonymous") == 0) {
      client->cl_auth = authnone_create();
      printf("ok\n");
    }
  }
  return 0;
}
