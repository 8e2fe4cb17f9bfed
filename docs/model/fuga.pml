/*
 * Claim, fence and registered replies (ARCHITECTURE.md), as a model for spin: servers that claim a stable area, execute
 * calls, and are killed, or do not run for as long as they like, between any two steps; clients whose messages are lost,
 * doubled and late.
 *
 * What a call does is left out: it counts whether it was executed. An epoch's directory is what its LevelDB holds when it
 * is copied or opened: which calls were executed, and which replies are registered. A pause needs no step of its own: any
 * process may be the one that does not run. What a step does to things that nobody else looks at is one with the step
 * before it.
 *
 * What must hold:
 *   once         no call is executed twice in the line of directories that a holder stands on;
 *   kept         what was acknowledged is there for whoever acknowledges anything later, answers to reads included;
 *   own          a reply answers its own call;
 *   one holder   checks that passed are ordered by epoch: two holders never acknowledge side by side;
 *   no deadlock  a call is answered as long as somebody may still claim or serve.
 *
 * The macros at the places marked "broken:" each break one rule; the model must fail then.
 */

#ifndef SERVERS
#define SERVERS 2
#endif
#ifndef EPOCHS
#define EPOCHS 3
#endif
/* Servers that are killed, and appends that fail. */
#ifndef MISFORTUNES
#define MISFORTUNES 1
#endif

/* Calls 0 and 1 are client 0's, one after the other; call 2 is client 1's. */
#define CALLS 3
#define none 3

typedef Records {
  bit executed[CALLS];
  bit registered[CALLS];
  /* Client 0's completion notice came, with its second call: it has the reply to the first. */
  bit completed
}

/* claims/<n> is there for each n up to this one; claims are never removed. */
byte claims;
/* epochs/<n>: what it holds, and whether it is in place. Number 0 is the empty area. */
Records area[EPOCHS + 1];
bit visible[EPOCHS + 1];

/* A call that was sent may arrive at any time, at anybody, until it is answered, and once more after that. */
bit sent[CALLS];
bit answered[CALLS];
bit late[CALLS];
/* A read, and what had been acknowledged when it was sent. */
bit readSent;
bit readAnswered;
bit must[CALLS];

/* Servers differ in nothing: the first one to claim is number 0, and so on. */
byte claimers;
#define mayClaim (claims < EPOCHS && (hasClaimed || id == claimers))

bit killed[SERVERS];
bit appendFails;
byte misfortunes;
/* The epoch of the last check that passed. */
byte lastChecked;

inline copyRecords(to, from) {
  to.executed[0] = from.executed[0];
  to.executed[1] = from.executed[1];
  to.executed[2] = from.executed[2];
  to.registered[0] = from.registered[0];
  to.registered[1] = from.registered[1];
  to.registered[2] = from.registered[2];
  to.completed = from.completed
}

inline clear(records) {
  records.executed[0] = 0;
  records.executed[1] = 0;
  records.executed[2] = 0;
  records.registered[0] = 0;
  records.registered[1] = 0;
  records.registered[2] = 0;
  records.completed = 0
}

inline claiming() {
  if
  :: hasClaimed
  :: else -> hasClaimed = 1; claimers++
  fi
}

/* From here on the holder may acknowledge what it wrote before, whenever it likes. */
inline passed() {
  assert(epoch >= lastChecked); /* one holder */
  lastChecked = epoch;
  assert(!answered[0] || memory.executed[0]); /* kept */
  assert(!answered[1] || memory.executed[1]);
  assert(!answered[2] || memory.executed[2])
}

/* No next claim: what this holder wrote before it looked is in any directory that is copied from now on. */
inline confirm() {
  if
  :: claims > epoch -> goto fenced
  :: else -> passed()
  fi
}

inline findHighest() {
  source = EPOCHS;
  do
  :: visible[source] || source == 0 -> break
  :: else -> source--
  od
}

/* A call comes. */
inline take() {
  if
  :: sent[0] && (!answered[0] || late[0]) -> call = 0
  :: sent[1] && (!answered[1] || late[1]) -> call = 1
  :: sent[2] && (!answered[2] || late[2]) -> call = 2
  fi;
  if
  :: answered[call] -> late[call] = 0
  :: else
  fi
}

inline register(records) {
  records.registered[call] = 1;
  if
  :: call == 1 ->
    records.completed = 1;
    records.registered[0] = 0
  :: else
  fi
}

/* Effects and reply, in one batch. */
inline commit(records) {
  records.executed[call] = 1;
#ifndef REGISTER_AFTER_COMMIT /* broken: effects and reply are one batch */
  register(records)
#else
  skip
#endif
}

proctype Server(byte id) {
  byte epoch, source;
  byte call = none, record = none;
  bit hasClaimed;
  Records memory;

  do
  :: {
    /* Whoever lost the area, or starts, knows nothing. */
    d_step {
      epoch = 0;
      source = 0;
      call = none;
      record = none;
      clear(memory)
    };
#ifdef CLAIM_AFTER_COPY /* broken: a claim comes first, then the copy */
end_backup:
    atomic { mayClaim -> claiming(); findHighest(); copyRecords(memory, area[source]) };
    atomic {
      if
      :: claims < EPOCHS -> claims++; epoch = claims
      :: else -> goto fenced
      fi;
      copyRecords(area[epoch], memory)
    };
#else
    /* Any backup may accuse the holder, rightly or not. The link is exclusive: of two racers one gets the number. */
end_backup:
    atomic { mayClaim -> claiming(); claims++; epoch = claims };
#ifdef COPY_PREDECESSOR /* broken: the source is the highest visible directory, not that of the number before */
    source = epoch - 1;
#else
    atomic { findHighest() };
#endif
    atomic { copyRecords(area[epoch], area[source]) };
#endif
    atomic { visible[epoch] = 1; copyRecords(memory, area[epoch]) };
    /* What the new directory was copied from is not needed any more. */
#ifndef UNLINK_BEFORE_CONFIRM /* broken: nothing outside of the own directory is removed without a check */
    atomic { confirm() };
#endif
    atomic {
      if
      :: source > 0 -> visible[source] = 0; clear(area[source])
      :: else
      fi;
      source = 0
    };

end_serving:
    do
    :: atomic { readSent && !readAnswered ->
#ifdef SKIP_CONFIRM_FOR_READS /* broken: answers to reads are confirmed too */
        skip
#else
        confirm()
#endif
      };
      atomic {
        assert(!must[0] || memory.executed[0]); /* kept */
        assert(!must[1] || memory.executed[1]);
        assert(!must[2] || memory.executed[2]);
        readAnswered = 1
      }

    :: atomic { take();
        if
        :: call == 0 && memory.completed -> call = none; goto end_serving
        :: else
        fi;
        if
        :: memory.registered[call] -> record = call
        :: else
#ifdef KEY_WITHOUT_DIGEST /* broken: two clients behind one address may use the same number */
          if
          :: call == 0 && memory.registered[2] -> record = 2
          :: call == 2 && memory.registered[0] -> record = 0
          :: else
          fi
#endif
        fi;
        if
        :: record != none ->
#ifdef REPLAY_WITHOUT_CONFIRM /* broken: registered replies are confirmed too, inherited ones as well */
          passed();
#else
          confirm();
#endif
          goto answer
        :: else
        fi;
#ifdef CONFIRM_BEFORE_SYNC /* broken: what a check covers was written before it began */
        confirm()
      };
      atomic {
#endif
        assert(!memory.executed[call]); /* once */
        commit(memory);
        record = call;
#ifdef REPLY_BEFORE_COMMIT /* broken: a reply waits for its batch */
        confirm();
        goto answer;
#endif
        if
        :: appendFails ->
          appendFails = 0;
#ifndef GO_ON_AFTER_FAILED_APPEND /* broken: a write that failed is final */
          goto fenced
#endif
        :: else -> commit(area[epoch])
        fi
      };
#ifdef REGISTER_AFTER_COMMIT
      atomic { register(memory); register(area[epoch]) };
#endif
#ifndef CONFIRM_BEFORE_SYNC
      atomic {
#ifdef SKIP_CONFIRM /* broken: nothing is acknowledged without a check */
        passed()
#else
#ifdef CLOCK_FENCE /* broken: a clock may be wrong, or be read before a pause */
        if
        :: confirm()
        :: passed()
        fi
#else
        confirm()
#endif
#endif
      };
#endif
answer:
      /* The reply arrives, or is lost. */
      atomic {
        assert(record == call); /* own */
#ifdef FREE_TOO_EARLY /* broken: a record is freed by the client's word, not by the reply */
        memory.registered[call] = 0;
        area[epoch].registered[call] = 0;
#endif
        if
        :: answered[call] = 1
        :: !answered[call] -> skip
        fi;
        call = none;
        record = none
      }
    :: atomic { claims > epoch -> goto fenced }
    od;
fenced:
    skip
  } unless {
    atomic { killed[id] -> killed[id] = 0 }
  }
  od
}

/* Two calls, and a read in between. The second call says that the first one's reply has come. */
proctype Client0() {
  sent[0] = 1;
end_first:
  atomic { answered[0];
    must[0] = answered[0];
    must[1] = answered[1];
    must[2] = answered[2];
    readSent = 1
  };
end_read:
  atomic { readAnswered -> sent[1] = 1 }
}

proctype Misfortune() {
end_quiet:
  do
  :: atomic { misfortunes < MISFORTUNES -> misfortunes++;
      if
      :: killed[0] = 1
      :: killed[1] = 1
#if SERVERS > 2
      :: killed[2] = 1
#endif
      :: appendFails = 1
      fi
    }
  od
}

init {
  atomic {
    late[0] = 1;
    late[1] = 1;
    late[2] = 1;
    sent[2] = 1;
    run Server(0);
    run Server(1);
#if SERVERS > 2
    run Server(2);
#endif
    run Client0();
    run Misfortune()
  };
  /* Nobody can do anything any more: all is done, or the last number is taken. */
  timeout ->
  assert((answered[0] && answered[1] && answered[2] && readAnswered) || claims == EPOCHS)
}
