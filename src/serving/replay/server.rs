//! One replica: a queue, a batch, its memory, and the steps that it takes.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::Replica;
use super::cache::PrefixCache;
use super::outcome::Tally;

/// A request on its way.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) arrived: f64,
    /// When its first token came; not a number before.
    pub(super) first_token: f64,
    pub(super) input: u64,
    pub(super) output: u64,
    /// Tokens written so far.
    pub(super) done: u64,
    /// Hashes of the full blocks of its prompt.
    pub(super) blocks: Vec<u64>,
}

/// A request in the batch.
#[derive(Clone, Debug)]
struct Running {
    job: Job,
    /// Which admission this is, counted from 1; a heap may still hold places of earlier ones.
    admission: u64,
    /// The step from which on it writes.
    joined: u64,
    /// Tokens that it alone keeps.
    private: u64,
    /// Blocks of its prompt that it uses in the cache.
    held: usize,
    /// Tokens of its prompt that have been read, and that are to be read.
    read: u64,
    left: u64,
}

/// What a replica does until `end`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Plan {
    Idle,
    /// So many steps in which all write.
    Decode(u64),
    /// One step in which prompts are read too.
    Read,
}

/// A replica at work. Its time moves from the end of one plan to the next.
#[derive(Clone, Debug)]
pub(super) struct Server {
    replica: Replica,
    pub(super) waiting: VecDeque<Job>,
    slots: Vec<Option<Running>>,
    free: Vec<u32>,
    /// Slots whose prompts are being read, in the order of admission.
    reading: VecDeque<u32>,
    /// The parts of prompts that the step reads.
    parts: Vec<(u32, u64)>,
    /// By the step after which they end: step, admission, slot.
    finishing: BinaryHeap<Reverse<(u64, u64, u32)>>,
    /// By admission; what has left since is skipped.
    admitted: Vec<(u64, u32)>,
    admissions: u64,
    running: u64,
    writing: u64,
    /// Tokens in the contexts of those that write.
    context: u64,
    /// Tokens that single sequences keep.
    private: u64,
    cache: PrefixCache,
    /// Steps taken in which anybody wrote.
    steps: u64,
    plan: Plan,
    begun: f64,
    /// When the plan ends; infinite if there is nothing to do.
    pub(super) end: f64,
    pub(super) busy_s: f64,
    /// Changes whenever `end` does.
    pub(super) version: u64,
}

impl Server {
    pub(super) fn new(replica: &Replica) -> Self {
        Self {
            replica: *replica,
            waiting: VecDeque::new(),
            slots: Vec::new(),
            free: Vec::new(),
            reading: VecDeque::new(),
            parts: Vec::new(),
            finishing: BinaryHeap::new(),
            admitted: Vec::new(),
            admissions: 0,
            running: 0,
            writing: 0,
            context: 0,
            private: 0,
            cache: PrefixCache::new(),
            steps: 0,
            plan: Plan::Idle,
            begun: 0.0,
            end: f64::INFINITY,
            busy_s: 0.0,
            version: 0,
        }
    }

    /// Requests here, waiting or in the batch.
    pub(super) fn load(&self) -> u64 {
        self.running + self.waiting.len() as u64
    }

    /// Requests in the batch.
    pub(super) fn running(&self) -> u64 {
        self.running
    }

    /// The share of memory that sequences use.
    pub(super) fn memory_used(&self) -> f64 {
        (self.private + self.cache.used() * self.replica.block_tokens) as f64 / self.replica.kv_tokens as f64
    }

    /// Blocks of a prompt that would be found here.
    pub(super) fn known(&self, blocks: &[u64]) -> usize {
        self.cache.prefix(blocks)
    }

    /// Whether another may come: places of the batch that are free, and those of the queue.
    pub(super) fn has_room(&self, queue: Option<u64>) -> bool {
        queue.is_none_or(|most| self.load() < self.replica.max_batch + most)
    }

    /// A request comes.
    pub(super) fn push(&mut self, job: Job, now: f64, tally: &mut Tally) {
        self.waiting.push_back(job);
        match self.plan {
            Plan::Idle => self.go_on(now, tally),
            // Steps that were to come one after another end with the one that is on its way.
            Plan::Decode(count) if count > 1 && self.waiting.len() == 1 && self.fits() => {
                let passed = now - self.begun;
                let step = &self.replica.step;
                let count = step.decodes_until(self.writing, self.context, passed).min(count);
                self.plan = Plan::Decode(count);
                self.end = self.begun + step.decodes(self.writing, self.context, count);
                self.version += 1;
            }
            _ => {}
        }
    }

    /// The plan has come to its end: who is ready leaves, and the next plan is made.
    pub(super) fn step(&mut self, tally: &mut Tally) {
        let now = self.end;
        self.busy_s += now - self.begun;
        let count = match self.plan {
            Plan::Idle => 0,
            Plan::Read => u64::from(self.writing > 0),
            Plan::Decode(count) => count,
        };
        self.steps += count;
        self.context += count * self.writing;
        self.private += count * self.writing;
        tally.output_tokens += count * self.writing;
        self.finish(now, tally);
        if self.plan == Plan::Read {
            self.read(now, tally);
        }
        self.go_on(now, tally);
    }

    /// Those whose last token was written.
    fn finish(&mut self, now: f64, tally: &mut Tally) {
        while let Some(Reverse((step, admission, slot))) = self.finishing.peek().copied() {
            if step > self.steps {
                break;
            }
            self.finishing.pop();
            if self.is(admission, slot) {
                let length = self.written(slot);
                let done = self.leave(slot, length);
                tally.finish(&done, now);
            }
        }
    }

    /// The parts of prompts that the step has read.
    fn read(&mut self, now: f64, tally: &mut Tally) {
        let parts = std::mem::take(&mut self.parts);
        for (slot, tokens) in &parts {
            let Some(running) = &mut self.slots[*slot as usize] else { continue };
            running.read += tokens;
            running.left -= tokens;
            if running.left > 0 {
                continue;
            }
            self.reading.pop_front();
            self.begin_writing(*slot, now, tally);
        }
        self.parts = parts;
    }

    /// A prompt is read, and with it the next token is written.
    fn begin_writing(&mut self, slot: u32, now: f64, tally: &mut Tally) {
        let (block, steps) = (self.replica.block_tokens, self.steps);
        let Some(running) = &mut self.slots[slot as usize] else { return };
        if self.replica.prefix_cache {
            for hash in running.job.blocks.iter().skip(running.held) {
                // A block that another has read in the meantime is kept once.
                self.cache.take(*hash);
                running.private -= block;
                self.private -= block;
            }
            running.held = running.job.blocks.len();
        }
        running.job.done += 1;
        tally.output_tokens += 1;
        running.private += 1;
        self.private += 1;
        running.joined = steps;
        if running.job.first_token.is_nan() {
            running.job.first_token = now;
        }
        let job = &running.job;
        let (left, context) = (job.output - job.done, job.input + job.done);
        self.writing += 1;
        self.context += context;
        if left == 0 {
            let done = self.leave(slot, 0);
            tally.finish(&done, now);
        } else {
            let admission = running.admission;
            self.finishing.push(Reverse((steps + left, admission, slot)));
        }
    }

    /// Tokens that a slot has written since it joined.
    fn written(&self, slot: u32) -> u64 {
        self.slots[slot as usize].as_ref().map_or(0, |running| self.steps - running.joined)
    }

    fn is(&self, admission: u64, slot: u32) -> bool {
        self.slots[slot as usize].as_ref().is_some_and(|running| running.admission == admission)
    }

    /// Takes one that has written `more` tokens since it joined out of the batch, and its memory.
    fn leave(&mut self, slot: u32, more: u64) -> Job {
        let Some(running) = self.slots[slot as usize].take() else { return Job::nobody() };
        let mut job = running.job;
        if running.left == 0 {
            job.done += more;
            self.writing -= 1;
            self.context -= job.input + job.done;
        }
        self.private -= running.private + if running.left == 0 { more } else { 0 };
        for hash in job.blocks[..running.held].iter().rev() {
            self.cache.leave(*hash);
        }
        self.running -= 1;
        self.free.push(slot);
        job
    }

    /// Makes the next plan.
    fn go_on(&mut self, now: f64, tally: &mut Tally) {
        self.version += 1;
        self.begun = now;
        self.lose_patience(now, tally);
        let crowded = self.make_room(tally);
        if !crowded {
            self.admit(tally);
        }
        self.keep_within_memory();
        if !self.reading.is_empty() {
            self.plan = Plan::Read;
            self.end = now + self.choose_parts();
        } else if self.writing > 0 {
            let count = self.steps_in_a_row();
            self.plan = Plan::Decode(count);
            self.end = now + self.replica.step.decodes(self.writing, self.context, count);
        } else {
            self.plan = Plan::Idle;
            self.end = f64::INFINITY;
        }
    }

    /// Who has waited too long goes away; who has been in the batch before stays.
    fn lose_patience(&mut self, now: f64, tally: &mut Tally) {
        let Some(patience) = self.replica.patience_s else { return };
        let mut begun = 0;
        while let Some(job) = self.waiting.get(begun) {
            if !job.first_token.is_nan() {
                begun += 1;
            } else if now - job.arrived > patience {
                if let Some(job) = self.waiting.remove(begun) {
                    tally.gave_up(&job, now);
                }
            } else {
                break;
            }
        }
    }

    /// Tokens that fit beside what is in use; unused blocks of the cache make room.
    fn room(&self) -> u64 {
        let used = self.private + self.cache.used() * self.replica.block_tokens;
        self.replica.kv_tokens.saturating_sub(used)
    }

    /// Whoever came last gives way while there is no room for one more token of each. Whether anybody did.
    fn make_room(&mut self, tally: &mut Tally) -> bool {
        let mut crowded = false;
        while self.running > 1 && self.room() < self.writing {
            let Some((admission, slot)) = self.admitted.pop() else { break };
            if !self.is(admission, slot) {
                continue;
            }
            self.reading.retain(|reading| *reading != slot);
            let more = self.written_if_writing(slot);
            let job = self.leave(slot, more);
            self.waiting.push_front(job);
            tally.preempted += 1;
            crowded = true;
        }
        crowded
    }

    fn written_if_writing(&self, slot: u32) -> u64 {
        let writes = self.slots[slot as usize].as_ref().is_some_and(|running| running.left == 0);
        if writes { self.written(slot) } else { 0 }
    }

    /// Whether the first that waits may join.
    fn fits(&self) -> bool {
        let Some(job) = self.waiting.front() else { return false };
        if self.running >= self.replica.max_batch {
            return false;
        }
        let (found, unused) = self.found(job);
        let block = self.replica.block_tokens;
        let needed = job.input + job.done - found * block + unused * block;
        self.running == 0 || needed + self.writing < self.room()
    }

    /// Blocks of a prompt that are in the cache, and those of them that nobody uses. One token is always read.
    fn found(&self, job: &Job) -> (u64, u64) {
        if !self.replica.prefix_cache || job.blocks.is_empty() {
            return (0, 0);
        }
        let most = (job.input + job.done - 1) / self.replica.block_tokens;
        let found = self.cache.prefix(&job.blocks).min(most as usize);
        (found as u64, self.cache.unused_of(&job.blocks[..found]))
    }

    /// Lets those that wait into the batch, in their order, as long as they fit.
    fn admit(&mut self, tally: &mut Tally) {
        while self.fits() {
            let Some(job) = self.waiting.pop_front() else { return };
            let (found, _) = self.found(&job);
            for hash in &job.blocks[..found as usize] {
                self.cache.take(*hash);
            }
            let prompt = job.input + job.done;
            let read = found * self.replica.block_tokens;
            tally.prompt_tokens += prompt;
            tally.cached_tokens += read;
            self.admissions += 1;
            self.running += 1;
            self.private += prompt - read;
            let running = Running {
                admission: self.admissions,
                joined: 0,
                private: prompt - read,
                held: found as usize,
                read,
                left: prompt - read,
                job,
            };
            let slot = if let Some(slot) = self.free.pop() {
                self.slots[slot as usize] = Some(running);
                slot
            } else {
                self.slots.push(Some(running));
                self.slots.len() as u32 - 1
            };
            self.reading.push_back(slot);
            self.remember(self.admissions, slot);
        }
    }

    /// Notes the order of admissions, without those that have left.
    fn remember(&mut self, admission: u64, slot: u32) {
        if self.admitted.len() > 64 && self.admitted.len() as u64 > 4 * self.running {
            let slots = &self.slots;
            let there = |(admission, slot): &(u64, u32)| {
                slots[*slot as usize].as_ref().is_some_and(|running| running.admission == *admission)
            };
            self.admitted.retain(there);
        }
        self.admitted.push((admission, slot));
    }

    /// Gives up unused blocks until all fits, with a token more for each that writes.
    fn keep_within_memory(&mut self) {
        let block = self.replica.block_tokens;
        let over = |server: &Self| {
            server.private + server.cache.len() * block + server.writing > server.replica.kv_tokens
        };
        while over(self) && self.cache.evict() {}
    }

    /// Which parts of prompts the step reads, and the time of the step.
    fn choose_parts(&mut self) -> f64 {
        let least = 16; // a step that is full of writers still reads something
        let mut budget = self.replica.chunk_tokens.saturating_sub(self.writing).max(least);
        let mut time = self.replica.step.decode(self.writing, self.context);
        self.parts.clear();
        for slot in &self.reading {
            let Some(running) = &self.slots[*slot as usize] else { continue };
            let tokens = running.left.min(budget);
            time += self.replica.step.prompt(running.read, tokens);
            self.parts.push((*slot, tokens));
            budget -= tokens;
            if budget == 0 {
                break;
            }
        }
        time
    }

    /// Steps until somebody ends or memory does.
    fn steps_in_a_row(&mut self) -> u64 {
        while let Some(Reverse((step, admission, slot))) = self.finishing.peek().copied() {
            if self.is(admission, slot) {
                let until_full = (self.room() / self.writing).max(1);
                return (step - self.steps).min(until_full);
            }
            self.finishing.pop();
        }
        1
    }

    /// The time that those here have been on the way, together.
    pub(super) fn waited(&self, now: f64) -> f64 {
        let running: f64 = self.slots.iter().flatten().map(|running| now - running.job.arrived).sum();
        running + self.waiting.iter().map(|job| now - job.arrived).sum::<f64>()
    }

    /// The time spent on steps, the part of those that are on their way included.
    pub(super) fn busy_until(&self, now: f64) -> f64 {
        self.busy_s + if self.plan == Plan::Idle { 0.0 } else { (now - self.begun).max(0.0) }
    }

    /// The replica fails: everybody on it has to begin anew, and its memory is lost.
    pub(super) fn fail(&mut self, now: f64) -> Vec<Job> {
        if self.plan != Plan::Idle {
            self.busy_s += now - self.begun;
        }
        let mut lost: Vec<Running> = self.slots.drain(..).flatten().collect();
        lost.sort_by_key(|running| running.admission);
        let jobs = lost.into_iter().map(|running| Job { done: 0, first_token: f64::NAN, ..running.job });
        let all = jobs
            .chain(self.waiting.drain(..).map(|job| Job { done: 0, first_token: f64::NAN, ..job }))
            .collect();
        let (busy_s, version) = (self.busy_s, self.version + 1);
        *self = Self { busy_s, version, ..Self::new(&self.replica) };
        all
    }
}

impl Job {
    fn nobody() -> Self {
        Self { arrived: 0.0, first_token: f64::NAN, input: 0, output: 0, done: 0, blocks: Vec::new() }
    }
}
