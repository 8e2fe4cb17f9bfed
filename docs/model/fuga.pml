/*
 * Claim, fence and registered replies (ARCHITECTURE.md), as a model for spin: servers that claim a stable area, execute
 * calls, and are killed, or do not run for as long as they like, between any two steps; power that fails; clients whose
 * messages are lost, doubled and late.
 *
 * What a call does is left out: it counts whether it was executed. An epoch's directory is what its LevelDB holds when it
 * is copied or opened: which calls were executed, and which replies are registered.
 *
 * What must hold:
 *   once         no call is executed twice in the line of directories that a holder stands on;
 *   kept         what was acknowledged is there for whoever acknowledges anything later, answers to reads included;
 *   own          a reply answers its own call;
 *   one holder   checks that passed are ordered by epoch: two holders never acknowledge side by side;
 *   no deadlock  no step undoes another, so every run ends, and where it ends every call is answered.
 *
 * What is one step here, and why no other process could tell it from several:
 *   - A pause needs no step: any process may be the one that does not run.
 *   - A server that claims knows nothing of what it did before, and servers differ in nothing. So the processes here are
 *     tenures, one for each claim, in the order of their claims; no more of them live at a time than there are servers.
 *   - A tenure that is killed, finds that it is fenced, or gives up after a write that failed leaves the same behind: what it
 *     had written. That is one step, which may come at any time. The last tenure is spared, so that runs end.
 *   - A call that was sent may arrive at any time, at anybody, as often as it likes. So a reply that is lost is a step that
 *     was not taken, and the first reply to a call is no other step than one to its copy.
 *   - A reply counts as arrived in the step in which its check passed. Clients go on as late as they like, so one that
 *     arrives later is a client that waits; and what must be kept is what a holder says, heard or not.
 *   - Execution changes memory only, which nobody else sees. An append writes all that was executed, or a part: what it
 *     leaves out is as if executed after it.
 *
 * The macros at the places marked "broken:" each break one rule; the model must fail then.
 */

#ifndef SERVERS
#define SERVERS 2
#endif
#ifndef EPOCHS
#define EPOCHS 3
#endif

/* Calls 0 and 1 are client 0's, one after the other, with a read in between; call 2 is client 1's. */

/* What a directory, or the memory of a holder, holds: a set of these. */
#define executed(call) (1 << (call))
#define registered(call) (8 << (call))
/* Client 0's completion notice came, with its second call: it has the reply to the first. */
#define completed 64
#define executedAll 7

/* claims/<n> is there for each n up to this one; claims are never removed. */
byte claims;
/* epochs/<n>: what it holds, and whether there is such a name. Number 0 is the empty area. */
byte area[EPOCHS + 1];
#define absent 0
/* In sight, and lost when the power fails. */
#define unsynced 1
#define durable 2
byte visible[EPOCHS + 1];

/* Tenures: those that began, and those that go on. What is not needed any more is 0, so that equal states look equal. */
byte begun;
byte living;
mtype = { unborn, early, claimed, found, copied, renamed, opened, checked, serving, registering, over };
mtype stage[EPOCHS + 1] = unborn;
byte source[EPOCHS + 1];
byte memory[EPOCHS + 1];
/* A read under way: what had been executed when it looked, and that there is one. */
byte reading[EPOCHS + 1];
#define isRead 128

/* Calls that have been answered, as `executed` names them. */
byte answered;
bit secondSent;
bit readSent;
bit readAnswered;
/* What had been acknowledged when the read was sent. */
byte must;
/* The epoch of the last check that passed. */
byte lastChecked;

#define mayClaim (stage[id] == unborn && begun == id - 1 && living < SERVERS)
#define lives(tenure) (stage[tenure] != unborn && stage[tenure] != over)
#define serves (stage[id] == serving)
#define isGone (source[id] != 0 && visible[source[id]] == absent)

/* The check: no next claim. What was written before it is in any directory that is copied from now on. */
#define held (claims == epoch)
#if defined(SKIP_CONFIRM) /* broken: nothing is acknowledged without a check */
#define confirmed(call) true
#elif defined(CLOCK_FENCE) /* broken: a check counts once; for some time after it a clock may be wrong, or read before a pause */
#define confirmed(call) (held || trusted)
#elif defined(CONFIRM_BEFORE_SYNC) /* broken: what a check covers was synced before it began */
#define confirmed(call) (looked & registered(call))
#else
#define confirmed(call) held
#endif
#if defined(SKIP_CONFIRM) || defined(SKIP_CONFIRM_FOR_READS) /* broken: answers to reads are confirmed too */
#define readConfirmed true
#else
#define readConfirmed held
#endif

/* What this holder takes for durable. */
#if defined(REPLY_BEFORE_COMMIT) /* broken: a reply waits for its batch */
#define synced memory[id]
#elif defined(GO_ON_AFTER_FAILED_APPEND) /* broken: a write that failed is final */
#define synced (failed -> memory[id] : area[epoch])
#else
#define synced area[epoch]
#endif

inline end(tenure, its) {
  stage[tenure] = over;
  source[tenure] = 0;
  memory[tenure] = 0;
  reading[tenure] = 0;
  living--;
  if
  :: visible[its] == absent -> area[its] = 0
  :: else
  fi
}

inline findHighest() {
  source[id] = EPOCHS;
  do
  :: visible[source[id]] != absent || source[id] == 0 -> break
  :: else -> source[id]--
  od
}

/* From here on the holder may acknowledge what it wrote before, whenever it likes. */
inline passed() {
#ifdef CLOCK_FENCE
  trusted = 1;
#endif
  assert(epoch >= lastChecked); /* one holder */
  lastChecked = epoch;
  assert(!(answered & ~memory[id])) /* kept */
}

inline register(call) {
  memory[id] = memory[id] | registered(call);
  if
  :: call == 1 -> memory[id] = (memory[id] | completed) & ~registered(0)
  :: else
  fi
}

/* Effects and reply, in one batch. */
inline execute(call) {
  assert(!(memory[id] & executed(call))); /* once */
  memory[id] = memory[id] | executed(call);
#ifdef REGISTER_AFTER_COMMIT /* broken: effects and reply are one batch */
  area[epoch] = memory[id];
  unregistered = call;
  stage[id] = registering
#else
  register(call)
#endif
}

#define canAnswer(call) (serves && (synced & registered(call)) && !(answered & executed(call)))

inline answer(call, record) {
  passed();
  assert(call == record); /* own */
#ifdef FREE_TOO_EARLY /* broken: a record is freed by the client's word, not by the reply */
  memory[id] = memory[id] & ~registered(call);
  area[epoch] = area[epoch] & ~registered(call);
#endif
  answered = answered | executed(call)
}

proctype Tenure(byte id) {
  byte epoch;
  byte each;
#if defined(CLOCK_FENCE)
  bit trusted;
#elif defined(CONFIRM_BEFORE_SYNC)
  byte looked;
#elif defined(GO_ON_AFTER_FAILED_APPEND)
  bit failed;
#elif defined(REGISTER_AFTER_COMMIT)
  byte unregistered;
#endif

end_of_run:
  do
#ifdef CLAIM_AFTER_COPY /* broken: a claim comes first, then the copy */
  :: d_step { mayClaim -> begun++; living++; findHighest(); memory[id] = area[source[id]]; stage[id] = early }
  :: d_step { stage[id] == early ->
      claims++;
      epoch = claims;
      area[epoch] = memory[id];
      memory[id] = 0;
      source[id] = 0;
      stage[id] = copied
    }
#else
  /* Any backup may accuse the holder, rightly or not. The link is exclusive: of two racers one gets the number. */
  :: d_step { mayClaim -> begun++; living++; claims++; epoch = claims; stage[id] = claimed }
#endif
#ifdef CLAIM_NOT_EXCLUSIVE /* broken: a claim that is there is somebody else's */
  :: d_step { mayClaim && claims > 0 -> begun++; living++; epoch = claims; stage[id] = claimed }
#endif

  :: d_step { stage[id] == claimed ->
#ifdef COPY_PREDECESSOR /* broken: the source is the highest visible directory, not that of the number before */
      source[id] = epoch - 1;
#else
      findHighest();
#endif
      stage[id] = found
    }
  :: d_step { stage[id] == found && !isGone -> area[epoch] = area[source[id]]; source[id] = 0; stage[id] = copied }
  /* It was removed meanwhile. That may be noticed, or half of it may look like a directory. */
  :: d_step { stage[id] == found && isGone -> source[id] = 0; stage[id] = claimed }
  :: d_step { stage[id] == found && isGone -> area[epoch] = 0; source[id] = 0; stage[id] = copied }

  :: d_step { stage[id] == copied -> visible[epoch] = unsynced; stage[id] = renamed }
  :: d_step { stage[id] == renamed ->
#ifndef EPOCH_NOT_SYNCED /* broken: the name is durable before anything is acknowledged */
      each = 1;
      do
      :: each > EPOCHS -> break
      :: each <= EPOCHS && visible[each] == unsynced -> visible[each] = durable
      :: else -> each++
      od;
      each = 0;
#endif
      memory[id] = area[epoch];
      stage[id] = opened
    }
#ifdef UNLINK_BEFORE_CONFIRM /* broken: nothing outside of the own directory is removed without a check */
  :: d_step { stage[id] == opened -> stage[id] = checked }
#else
  :: d_step { stage[id] == opened && held -> passed(); stage[id] = checked }
#endif
  /* Earlier directories are not needed any more. Whether they are removed before the first call or later, nobody sees. */
  :: d_step { stage[id] == checked ->
      each = 1;
      do
      :: each >= epoch -> break
      :: else -> visible[each] = absent; area[each] = 0; each++
      od;
      each = 0;
      stage[id] = serving
    }
  :: d_step { stage[id] == checked -> stage[id] = serving }

  :: d_step { serves && !(memory[id] & (registered(0) | completed)) -> execute(0) }
  :: d_step { serves && secondSent && !(memory[id] & registered(1)) -> execute(1) }
  :: d_step { serves && !(memory[id] & registered(2)) -> execute(2) }
#ifdef GO_ON_AFTER_FAILED_APPEND
  :: d_step { serves && !failed -> failed = 1 }
  :: d_step { serves && !failed && visible[epoch] != absent && area[epoch] != memory[id] -> area[epoch] = memory[id] }
#else
  :: d_step { serves && visible[epoch] != absent && area[epoch] != memory[id] -> area[epoch] = memory[id] }
#endif
#ifdef REGISTER_AFTER_COMMIT
  :: d_step { stage[id] == registering -> register(unregistered); unregistered = 0; stage[id] = serving }
#endif
#ifdef CONFIRM_BEFORE_SYNC
  :: d_step { serves && held && looked != memory[id] -> looked = memory[id] }
#endif
  :: d_step { canAnswer(0) && confirmed(0) -> answer(0, 0) }
  :: d_step { canAnswer(1) && confirmed(1) -> answer(1, 1) }
  :: d_step { canAnswer(2) && confirmed(2) -> answer(2, 2) }
#ifdef REPLAY_WITHOUT_CONFIRM /* broken: registered replies are confirmed too, when they are sent again */
  :: d_step { serves && (memory[id] & registered(2)) && !(answered & executed(2)) -> answer(2, 2) }
#endif
#ifdef KEY_WITHOUT_DIGEST /* broken: two clients behind one address may use the same number */
  :: d_step { serves && held && !(memory[id] & registered(0)) && (synced & registered(2)) && !(answered & executed(0)) ->
      answer(0, 2)
    }
#endif
  :: d_step { serves && readSent && !readAnswered && !reading[id] -> reading[id] = isRead | (memory[id] & executedAll) }
  /* A read has seen what may not be durable yet: it waits for that. */
  :: d_step { serves && reading[id] && !(reading[id] & executedAll & ~synced) && readConfirmed ->
#ifndef SKIP_CONFIRM_FOR_READS
      passed();
#endif
      assert(!(must & ~reading[id])); /* kept */
      reading[id] = 0;
      readAnswered = 1
    }

  :: d_step { lives(id) && id < EPOCHS -> end(id, epoch) }
  od
}

/* Two calls, and a read in between. The second call says that the first one's reply has come. */
proctype Client0() {
end_first:
  d_step { (answered & executed(0)) -> must = answered; readSent = 1 };
end_read:
  d_step { readAnswered -> must = 0; secondSent = 1 }
}

/* All servers end at once, and names that were not synced are there or not. */
proctype Power() {
  byte each;
end_of_run:
  do
  :: atomic { living > 0 && begun < EPOCHS ->
      each = 1;
      do
      :: each > EPOCHS -> break
      :: else ->
        if
        :: visible[each] == unsynced -> visible[each] = absent
        :: visible[each] == unsynced -> visible[each] = durable
        :: else
        fi;
        if
        :: lives(each) -> end(each, each)
        :: !lives(each) && visible[each] == absent -> area[each] = 0
        :: else
        fi;
        each++
      od;
      each = 0
    }
  od
}

init {
  byte each = 1;
  atomic {
    do
    :: each > EPOCHS -> break
    :: else -> run Tenure(each); each++
    od;
    each = 0;
    run Client0();
    run Power()
  };
  /* Nobody can do anything any more. */
  timeout -> assert(answered == executedAll && readAnswered) /* no deadlock */
}
