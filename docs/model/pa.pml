/*
 * PA between a client and an alias (ARCHITECTURE.md, docs/semantics.md), as a model for spin: lives of a client, hello, leases,
 * completion notices, and what takeovers, lost, doubled and late messages do to them.
 *
 * One process holds the alias at any time. That more than one may believe so is fuga.pml's subject: what a fenced holder takes
 * from the network is a lost message, what it writes nobody reads, and it answers nothing. So a takeover is one step here: what
 * was not durable is lost, and sessions are loaded anew.
 *
 * The client makes two calls, which may be under way together, may be silent for longer than its lease, and may die and start
 * again with a log of its lives, once each. Clients have no record in common but the number of the last incarnation: all that
 * this client can notice of another one is that a number is gone.
 *
 * What must hold:
 *   once          no call is executed twice, and no answer is given to a call that was not executed;
 *   ended         nothing of a life is executed once the hello that named it was answered;
 *   needed        no registered reply is freed that its client may ask for again;
 *   kept          the life of a client that is there does not end, and only one that was silent is told "outcome unknown";
 *   no collision  nothing from an earlier life is taken for a call of a later one;
 *   no deadlock   every run ends, every call is settled then, and nothing is left of a client that is gone.
 *
 * What is one step here, and why no other process could tell it from several: as in fuga.pml; and
 *   - A message that renews a lease is no step: the lease of a client that is there never ends. A notice is taken when its client
 *     could send it; one that comes later finds what it asks for done, or a life that is over.
 *   - Loading a session, for a message or to start its lease, may happen at any time after a takeover.
 *   - Goodbye is a lease that ends as soon as its client is gone.
 *
 * The macros at the places marked "broken:" each break one rule; the model must fail then.
 */

/* Incarnations that the alias gives, in all: at most 3. The epochs are one more than the takeovers. */
#ifndef LIVES
#define LIVES 3
#endif
#ifndef TAKEOVERS
#define TAKEOVERS 2
#endif

/* Messages of a life: call 0 or 1 under number 1 (messages 0 and 1), or under number 2. The call stands for the digest. */
#define messageOf(its, each) ((its) + 2 * ((each) - 1))
#define callIn(message) (message % 2)
#define numberOf(message) (1 + message / 2)

/* What a life's records hold: a set of these. */
#define known 1
/* The life has ended, and its replies are being freed. */
#define ending 2
#define registered(message) (4 << (message))
#define registeredUnder(each) (each == 1 -> 12 : 48)
/* The lowest unfinished number is above 1, and above 2. */
#define below(each) (32 << (each))

typedef Records {
  byte ofLife[LIVES + 1];
  /* The incarnation given last. */
  byte last;
  /* Calls that were executed, a bit for each. */
  byte effects
}
#define effect(its) (1 << (its))

/* What the holder stands on, and what of it is durable. */
Records memory;
Records area;
bit isDirty;
byte takeovers;

mtype = { absent, loaded, ended };
mtype session[LIVES + 1] = absent;
/* Messages that were admitted and not executed yet. */
byte running[LIVES + 1];

/* Hellos that may arrive: a bit for each life that one names. Then what the holder does with one: 1 more than that life, and the number given. */
byte helloSent;
byte helloed;
byte given;

/* Copies that may arrive: one, as the client sent it first, and any number, once it has sent it again. */
byte sent[LIVES + 1];
#define first(message) (1 << (message))
#define again(message) (16 << (message))

mtype = { asking, living, gone };
mtype stage = asking;
byte life;
/* The life that the next hello names. */
byte previous;
/* The number that the next call gets. */
byte next;
mtype = { awake, silent, back };
mtype silence = awake;
bit hasDied;

#ifdef LEASE_KEPT_OVER_TAKEOVER
bit isAged[LIVES + 1];
#endif

/* The client's calls. Those that wait do so under a number in a life. */
mtype = { queued, waiting, settled };
mtype call[2] = queued;
byte place[2];
byte number[2];

/* Hellos that named these lives were answered. */
bit over[LIVES + 1];

inline leaveLife() {
  previous = (life != 0 -> life : previous);
  life = 0;
  next = 0;
  stage = asking
}

inline moveTo(which, state) {
  call[which] = state;
  place[which] = 0;
  number[which] = 0
}

/* In what follows `own` is the life. */
#define records memory.ofLife[own]
#define isUsable(holding) ((holding & known) && !(holding & ending))
#define mayArrive(message) (sent[own] & (first(message) | again(message)))
#define hears (silence != silent)
/* Its client is there, and renews it; or is being told of it. */
#define isKept ((life == own && hears) || given == own)
#define waitsUnder(which, each) (place[which] == own && number[which] == each)
#define waitsFor(message) waitsUnder(callIn(message), numberOf(message))
#define isUnfinished(each) (waitsUnder(0, each) || waitsUnder(1, each))

#define canAdmit(message) (mayArrive(message) && session[own] == loaded && \
  !(records & (below(numberOf(message)) | registered(message))) && !(running[own] & first(message)))
#define canAnswer(message) ((area.ofLife[own] & registered(message)) && waitsFor(message) && hears)
/* All that the refusal was derived from is durable. */
#define canRefuse(message) (mayArrive(message) && waitsFor(message) && hears && !isDirty && \
  (session[own] == ended || (session[own] == absent && !isUsable(records))))
#ifdef HELLO_BEFORE_END /* broken: the life that a hello names is ended, durably, before it is answered */
#define isEnded true
#else
#define isEnded (helloed == 1 || memory.ofLife[helloed - 1] == 0)
#endif
#ifdef FREE_WITHOUT_NUMBER /* broken: what frees a reply says in the same batch that its call is over */
#define written(holding) (holding & ~(below(1) | below(2)))
#else
#define written(holding) holding
#endif
#define isForgotten(message) (mayArrive(message) && session[own] == loaded && (records & below(numberOf(message))) && waitsFor(message))

inline change(holding) {
  records = holding;
  isDirty = 1
}

inline endSession(its) {
#ifndef EXECUTE_AFTER_END /* broken: what was admitted is not executed once the life has ended */
  running[its] = 0;
#endif
  session[its] = ended
}

inline admit(message) {
  /* no collision */
  assert(!(records & registeredUnder(numberOf(message))) && !(running[own] & first(message ^ 1)));
  running[own] = running[own] | first(message);
  sent[own] = sent[own] & ~first(message)
}

inline execute(message) {
  assert(!(memory.effects & effect(callIn(message)))); /* once */
  assert(!over[own]); /* ended */
  memory.effects = memory.effects | effect(callIn(message));
  running[own] = running[own] & ~first(message);
  change(records | registered(message))
}

inline answer(message) {
  assert(area.effects & effect(callIn(message))); /* once */
  moveTo(callIn(message), settled)
}

/* EXPIRED: what was sent once was not executed; of what was sent again nobody knows. */
inline expired(message) {
  if
  :: life == own -> leaveLife()
  :: else
  fi;
  if
#ifndef ASK_AGAIN_AFTER_EXPIRED /* broken: what was sent more than once may have been executed */
  :: sent[own] & again(message) ->
    assert(silence != awake); /* kept */
    moveTo(callIn(message), settled)
#endif
  :: else -> moveTo(callIn(message), queued)
  fi;
  sent[own] = sent[own] & ~first(message)
}

/* One life of the client, as the holder and the network have it. */
proctype Life(byte own) {
#ifdef EXECUTE_WHILE_IN_PROGRESS
  bit isTwice;
#endif
end_of_run:
  do
  /* For a message, or to start the lease of a client that is silent. */
#ifdef LEASES_NOT_STARTED /* broken: the lease of a client that is not heard of after a takeover starts too */
  :: d_step { session[own] == absent && isUsable(records) && sent[own] -> session[own] = loaded }
#else
  :: d_step { session[own] == absent && isUsable(records) -> session[own] = loaded }
#endif
#ifdef UNKNOWN_LIFE_IS_NEW /* broken: a life that has no record is refused */
  :: d_step { session[own] == absent && !(records & known) && sent[own] -> session[own] = loaded; change(known) }
#endif

  :: d_step { canAdmit(0) -> admit(0) }
  :: d_step { canAdmit(1) -> admit(1) }
  :: d_step { canAdmit(2) -> admit(2) }
  :: d_step { canAdmit(3) -> admit(3) }
#ifdef EXECUTE_WHILE_IN_PROGRESS /* broken: a copy of a call under way waits for that one's reply */
  :: d_step { (sent[own] & again(0)) && session[own] == loaded && (running[own] & first(0)) -> isTwice = 1 }
  :: d_step { isTwice && session[own] == loaded && (records & registered(0)) -> isTwice = 0; execute(0) }
#endif
  :: d_step { running[own] & first(0) -> execute(0) }
  :: d_step { running[own] & first(1) -> execute(1) }
  :: d_step { running[own] & first(2) -> execute(2) }
  :: d_step { running[own] & first(3) -> execute(3) }
  :: d_step { canAnswer(0) -> answer(0) }
  :: d_step { canAnswer(1) -> answer(1) }
  :: d_step { canAnswer(2) -> answer(2) }
  :: d_step { canAnswer(3) -> answer(3) }
  :: d_step { canRefuse(0) -> expired(0) }
  :: d_step { canRefuse(1) -> expired(1) }
  :: d_step { canRefuse(2) -> expired(2) }
  :: d_step { canRefuse(3) -> expired(3) }
  :: d_step { isForgotten(0) || isForgotten(1) || isForgotten(2) || isForgotten(3) -> assert(false) /* needed */ }
  /* Lost on the way, or of no use any more. */
  :: d_step { sent[own] & first(0) -> sent[own] = sent[own] & ~first(0) }
  :: d_step { sent[own] & first(1) -> sent[own] = sent[own] & ~first(1) }
  :: d_step { sent[own] & first(2) -> sent[own] = sent[own] & ~first(2) }
  :: d_step { sent[own] & first(3) -> sent[own] = sent[own] & ~first(3) }

  /* The completion notice frees what is below. */
#ifdef FREE_BEFORE_NOTICE /* broken: only the client knows what has arrived */
  :: d_step { session[own] == loaded && (records & registeredUnder(1)) -> change((records & ~registeredUnder(1)) | below(1)) }
#endif
  :: d_step { session[own] == loaded && life == own && next > 1 && !isUnfinished(1) && !(records & below(1)) ->
      change((records & ~registeredUnder(1)) | below(1))
    }
  :: d_step { session[own] == loaded && life == own && next > 2 && !isUnfinished(2) &&
      (records & below(1)) && !(records & below(2)) ->
      change((records & ~registeredUnder(2)) | below(2))
    }

  /* A lease ends. It runs while somebody serves, and anew after a takeover, so a client that is there renews it in time. */
  :: d_step { session[own] == loaded && !isKept -> endSession(own) }
#ifdef LEASE_KEPT_OVER_TAKEOVER /* broken: a lease starts anew at a takeover */
  :: d_step { isAged[own] && isKept -> isAged[own] = 0 }
  :: d_step { isAged[own] && session[own] == loaded -> isAged[own] = 0; assert(!isKept) /* kept */; endSession(own) }
#endif

  /* What is left of it is freed in one batch, or in several. */
#ifdef FORGET_WITHOUT_MARK /* broken: the first of several batches says that the life has ended */
  :: d_step { session[own] == ended && (records & registeredUnder(1)) -> change(records & ~registeredUnder(1)) }
#else
  :: d_step { session[own] == ended && (records & registeredUnder(1)) -> change((records & ~registeredUnder(1)) | ending) }
#endif
  :: d_step { session[own] == ended || (session[own] == absent && (records & ending)) -> session[own] = absent; change(0) }
  od
}

/* A hello that names a life, or none: that one is ended, and then the client gets the next number. */
inline hello(named) {
  helloed = named + 1;
  if
  :: named != 0 && isUsable(memory.ofLife[named]) -> endSession(named)
  :: else
  fi
}

proctype Hello() {
end_of_run:
  do
  :: d_step { helloed == 0 && memory.last < LIVES && (helloSent & 1) -> hello(0) }
  :: d_step { helloed == 0 && memory.last < LIVES && (helloSent & 2) -> hello(1) }
  :: d_step { helloed == 0 && memory.last < LIVES && (helloSent & 4) -> hello(2) }
  :: d_step { helloed != 0 && given == 0 && memory.last < LIVES && isEnded ->
      memory.last++;
      given = memory.last;
      memory.ofLife[memory.last] = known;
      session[memory.last] = loaded;
      isDirty = 1
    }
  :: d_step { given != 0 && (area.ofLife[given] & known) && stage == asking && previous == helloed - 1 ->
      over[previous] = (previous != 0);
      life = given;
      next = 1;
      stage = living;
      given = 0;
      helloed = 0
    }
  /* Another client takes a number. */
  :: d_step { memory.last < LIVES -> memory.last++; isDirty = 1 }
  /* Its answer is lost, or nobody waits for it. */
  :: d_step { helloed != 0 -> given = 0; helloed = 0 }
  od
}

#define sentFor(its) sent[place[its]]
#define messageFor(its) messageOf(its, number[its])
#define maySend(its) (stage == living && hears && call[its] == queued)
#define mayRepeat(its) (call[its] == waiting && hears && !(sentFor(its) & again(messageFor(its))))

inline send(its) {
  call[its] = waiting;
  place[its] = life;
  number[its] = next;
  sentFor(its) = sentFor(its) | first(messageFor(its));
  next++
}

proctype Client() {
end_of_run:
  do
  :: d_step { stage == asking && (call[0] == queued || call[1] == queued) && !(helloSent & (1 << previous)) ->
      helloSent = helloSent | (1 << previous)
    }
  :: d_step { maySend(0) -> send(0) }
  :: d_step { maySend(1) && call[0] != queued -> send(1) }
  /* Again, over another connection: then copies may arrive for ever. */
  :: d_step { mayRepeat(0) -> sentFor(0) = sentFor(0) | again(messageFor(0)) }
  :: d_step { mayRepeat(1) -> sentFor(1) = sentFor(1) | again(messageFor(1)) }

  /* Nothing is heard of it for longer than its lease. */
  :: d_step { stage == living && silence == awake -> silence = silent }
  :: d_step { silence == silent -> silence = back }

  /* It dies and starts again. Nobody waits for what it had sent. */
  :: d_step { !hasDied && stage != gone ->
      hasDied = 1;
      silence = (silence == silent -> back : silence);
      leaveLife();
      if
      :: call[0] == waiting -> moveTo(0, settled)
      :: else
      fi;
      if
      :: call[1] == waiting -> moveTo(1, settled)
      :: else
      fi
    }
  :: d_step { stage != gone && hears && call[0] == settled && call[1] == settled ->
      leaveLife();
      previous = 0;
      stage = gone
    }
  od
}

proctype Holder() {
  byte each;
end_of_run:
  do
  :: d_step { isDirty ->
      each = 1;
      do
      :: each > LIVES -> break
      :: else -> area.ofLife[each] = written(memory.ofLife[each]); each++
      od;
      each = 0;
#ifndef INCARNATION_NOT_DURABLE /* broken: the number given last is durable before it is told */
      area.last = memory.last;
#endif
      area.effects = memory.effects;
      isDirty = 0
    }
  :: d_step { takeovers < TAKEOVERS ->
      takeovers++;
      each = 1;
      do
      :: each > LIVES -> break
      :: else ->
#ifdef LEASE_KEPT_OVER_TAKEOVER
        isAged[each] = area.ofLife[each] & known;
#endif
        memory.ofLife[each] = area.ofLife[each];
        session[each] = absent;
        running[each] = 0;
        each++
      od;
      each = 0;
      memory.last = area.last;
      memory.effects = area.effects;
      isDirty = 0;
      helloed = 0;
      given = 0
    }
  od
}

init {
  byte each = 1;
  atomic {
    do
    :: each > LIVES -> break
    :: else -> run Life(each); each++
    od;
    run Hello();
    run Client();
    run Holder()
  };
  /* Nobody can do anything any more. */
  timeout -> d_step {
    /* no deadlock */
    assert(stage == gone || (stage == asking && memory.last == LIVES));
    assert(call[0] != waiting && call[1] != waiting);
    each = 1;
    do
    :: each > LIVES -> break
    :: else -> assert(area.ofLife[each] == 0); each++
    od
  }
}
