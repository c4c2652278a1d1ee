/* What the module offers: memory, and runs as sim/engine/plan.py and `run_draws` of sim/engine/driver.py make them.

   Compiled rules are called as Numba calls them: where the result goes, where an exception goes, and each table in seven parts or more.
   Their declarations, sizes and places come from Python (emit.py). */
typedef unsigned char *P;
typedef __SIZE_TYPE__ Z;
#define EXPORT(name) __attribute__((export_name(#name)))
#define TABLE(at, rows, bytes) (void *)0, (void *)0, (I)(rows), (I)(bytes), (void *)(at), (I)(rows), (I)(bytes)
#define LIST(words) TABLE(words, sizeof(words) / 8, 8)

enum { DONE, TOO_LARGE, ANOTHER_DRAW, OUT_OF_RANGE, RULE_FAILED };

extern unsigned char __heap_base;
static Z top;

/* Memory for good, or 0 where there is no more. */
EXPORT(alloc) void *alloc(int bytes) {
  if (!top) top = (Z)&__heap_base;
  Z at = (top + 63) & ~(Z)63, end = at + (Z)bytes, pages = __builtin_wasm_memory_size(0);
  if (bytes < 0 || end < at || end > MOST_BYTES) return 0;
  Z needed = (end + 65535) / 65536;
  if (needed > pages && __builtin_wasm_memory_grow(0, needed - pages) == (Z)-1) return 0;
  top = end;
  return (void *)at;
}

typedef struct { void *at; I bytes; } Room;

/* Have room for so many bytes, and half as much again, so that growing often wastes little; whether there is. */
static int reserve(Room *room, I bytes) {
  if (bytes <= room->bytes) return 1;
  for (I spare = bytes / 2; spare >= 0; spare = spare ? 0 : -1) {
    if (bytes + spare > MOST_BYTES) continue;
    void *at = alloc((int)(bytes + spare));
    if (at) { room->at = at, room->bytes = bytes + spare; return 1; }
  }
  return 0;
}

static Room block, morning, drafts, agenda, begins, reference;
static I counts[TABLES], first_counts[TABLES], directory[PLACES], way[PLACES];
static void *first_block; /* to which `way` leads; none where no morning is kept */
static struct { I known, seed, horizon, days, plans, operations, paired; unsigned char world[WORLD_BYTES]; } draw;
static double share = 1.0;
static I again;

/* Of the room that a draw's lists are expected to need, the share that they get at first; gives how many runs were done again since this
   was last asked. Results do not depend on it. */
EXPORT(hold) double hold(double of_expected) {
  double since = (double)again;
  again = 0, share = of_expected;
  return since;
}

static void enter(int place, void *at, I length) { directory[place] = (I)(Z)at, directory[place + 1] = length; }

/* Tell a run of its agenda; whether there is memory for it. */
static int lay_agenda(void) {
  I slots = draw.days * DAYS_SHARE + SLOTS;
  if (!reserve(&drafts, draw.plans * DRAFT_BYTES) || !reserve(&agenda, draw.plans * PLAN_BYTES) || !reserve(&begins, slots * 8)) return 0;
  directory[AT_DAYS_AHEAD] = draw.days;
  enter(AT_DRAFTS, drafts.at, draw.plans), enter(AT_AGENDA, agenda.at, draw.plans), enter(AT_AGENDA_BEGINS, begins.at, slots);
  return 1;
}

static int begin_draw(I seed, I horizon, P world) {
  I rooms[3]; void *none, *error;
  draw.known = 0, draw.seed = seed, draw.horizon = horizon;
  __builtin_memcpy(draw.world, world, WORLD_BYTES);
  if (first_rooms(&none, &error, horizon, TABLE(world, 1, WORLD_BYTES), LIST(rooms))) return RULE_FAILED;
  draw.days = rooms[0], draw.plans = (I)((double)rooms[1] * share) + 1, draw.operations = (I)((double)rooms[2] * share) + 1;
  return DONE;
}

/* The morning of day 0. Later runs of a draw have that of its first, where it was kept: a population depends on the policy by nothing but
   the sizes of its tables. */
static int begin_run(P phases, I n_phases, int first) {
  I needed; void *none, *error; P world = draw.world;
  if (size_of(&needed, &error, draw.horizon, TABLE(world, 1, WORLD_BYTES), TABLE(phases, n_phases, PHASE_BYTES), 0, draw.operations,
              LIST(counts))) return RULE_FAILED;
  if (needed > MOST_BYTES || !reserve(&block, needed)) return TOO_LARGE;
  if (!first && first_block == block.at && !__builtin_memcmp(counts, first_counts, sizeof counts)) {
    __builtin_memcpy(block.at, morning.at, (Z)needed), __builtin_memcpy(directory, way, sizeof way);
    enter(AT_PHASES, phases, n_phases);
    return lay_agenda() ? DONE : TOO_LARGE;
  }
  if (begin_in(&none, &error, draw.seed, draw.horizon, TABLE(world, 1, WORLD_BYTES), TABLE(phases, n_phases, PHASE_BYTES), LIST(counts),
               TABLE(block.at, block.bytes / 8, 8), LIST(directory))) return RULE_FAILED;
  if (first) first_block = 0;
  if (first && needed <= 8 * (I)MOST_KEPT_WORDS && reserve(&morning, needed)) {
    __builtin_memcpy(morning.at, block.at, (Z)needed), __builtin_memcpy(way, directory, sizeof way);
    __builtin_memcpy(first_counts, counts, sizeof counts), first_block = block.at;
  }
  return lay_agenda() ? DONE : TOO_LARGE;
}

/* One run. The first of a draw is the reference, with whose operations those of the others, in the same world, are paired. */
EXPORT(run) int run(double seed, int horizon, P world, P phases, int n_phases, int first, P outcomes, P weeks, int n_weeks, I *displacement) {
  I told[3]; void *none, *error;
  if (horizon < 1 || horizon > LONGEST_DAYS || n_phases < 1 || n_weeks < 0 || n_weeks > (horizon + 6) / 7) return OUT_OF_RANGE;
  int state = first ? begin_draw((I)seed, horizon, world) : DONE;
  if (state) return state;
  if (!first && !(draw.known && draw.seed == (I)seed && draw.horizon == horizon && !__builtin_memcmp(draw.world, world, WORLD_BYTES)))
    return ANOTHER_DRAW;
  /* Policies of a draw share its agenda where that holds the whole run. */
  for (int planned = !first && draw.days >= horizon;; planned = 0, again++) {
    if ((state = begin_run(phases, n_phases, first))) return draw.known = 0, state;
    if (live(told, &error, LIST(directory), (signed char)planned)) return draw.known = 0, RULE_FAILED;
    if (told[0] <= draw.operations && told[2] <= draw.plans) break;
    /* A list that proved too short is made longer, and the run, which is deterministic, done again. */
    if (told[0] > draw.operations) draw.operations = told[0];
    if (told[2] > draw.plans) draw.plans = told[2];
  }
  if (first) {
    if (!reserve(&reference, draw.operations)) return TOO_LARGE;
    if (remember(&none, &error, LIST(directory), TABLE(reference.at, draw.operations, 1))) return RULE_FAILED;
    draw.paired = told[0], draw.known = 1;
  }
  __builtin_memset(displacement, 0, CHANNELS * CHANNELS * 8);
  return report(&none, &error, LIST(directory), TABLE(reference.at, draw.paired, 1), TABLE(outcomes, 1, OUTCOME_BYTES),
                TABLE(weeks, n_weeks, WEEK_BYTES), (void *)0, (void *)0, CHANNELS * CHANNELS, 8, displacement, CHANNELS, CHANNELS,
                CHANNELS * 8, 8) ? RULE_FAILED : DONE;
}

static Room scratch;

/* Stop where there is no memory for what has no answer to say so. */
static void must(int done) { if (!done) __builtin_trap(); }

/* Sample a draw of a world; gives the seed of its run, or a negative number where two of its parameters do not go together. */
EXPORT(world) double world(P priors, int n_priors, double *values, double seed, double number, P out) {
  double own; void *error;
  __builtin_memset(out, 0, WORLD_BYTES);
  must(!sample_world(&own, &error, TABLE(priors, n_priors, PRIOR_BYTES), TABLE(values, 0, 8), (I)seed, (I)number,
                     TABLE(out, WORLD_BYTES / 8, 8)));
  return own;
}

/* Lay out the phases of a policy; gives their number, or a negative number where there are more than there is room for. */
EXPORT(phases) int phases(P levers, int n_levers, P settings, int n_settings, P out, int room) {
  I number; void *error;
  must(reserve(&scratch, (n_settings + 1) * 8));
  must(!lay_phases(&number, &error, TABLE(levers, n_levers, LEVER_BYTES), TABLE(settings, n_settings, SETTING_BYTES),
                   TABLE(scratch.at, n_settings + 1, 8), TABLE(out, (I)room * PHASE_BYTES / 8, 8)));
  return (int)number;
}

/* What may be said of a column of results against that of the reference. */
EXPORT(compare) void compare(double *values, double *base, int n, int kind, double *reaches, int n_reaches, P out) {
  void *none, *error;
  must(reserve(&scratch, (I)n * 8));
  must(!compare_column(&none, &error, TABLE(values, n, 8), TABLE(base, n, 8), TABLE(scratch.at, n, 8), kind, TABLE(reaches, n_reaches, 8),
                       TABLE(out, 1, ESTIMATE_BYTES)));
}

/* The mean of one paired quantity over that of another. */
EXPORT(ratio) void ratio(double *top, double *bottom, int n, int clear, double *reaches, int n_reaches, P out) {
  void *none, *error;
  must(reserve(&scratch, (I)n * 8));
  must(!ratio_of(&none, &error, TABLE(top, n, 8), TABLE(bottom, n, 8), TABLE(scratch.at, n, 8), clear, TABLE(reaches, n_reaches, 8),
                 TABLE(out, 1, RATIO_BYTES)));
}

/* What share of the variance of a difference's sign an input explains alone. */
EXPORT(influence) double influence(double *values, double *differences, int n, int labelled) {
  double found; void *error;
  must(reserve(&scratch, (3 * (I)n + 2) * 8));
  must(!influence_of(&found, &error, TABLE(values, n, 8), TABLE(differences, n, 8), labelled, TABLE(scratch.at, n, 8),
                     TABLE((double *)scratch.at + n, 2 * (I)n + 2, 8)));
  return found;
}

EXPORT(quantiles) void quantiles(double *values, int n, double *shares, int n_shares, double *out) {
  void *none, *error;
  must(reserve(&scratch, (I)n * 8));
  must(!quantiles_of(&none, &error, TABLE(values, n, 8), TABLE(scratch.at, n, 8), TABLE(shares, n_shares, 8), TABLE(out, n_shares, 8)));
}
