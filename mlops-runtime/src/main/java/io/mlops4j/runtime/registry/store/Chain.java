package io.mlops4j.runtime.registry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.IntegrityException;
import io.mlops4j.model.Digest;
import io.mlops4j.runtime.internal.document.Document;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Numbered records, each with the digest of the bytes of the one before, so that whoever knows the
 * last one's digest knows them all. The next record is created exclusively: of several processes
 * that saw the same end, one appends and the others see that they lost. Where it matters who signed
 * them, records that nobody who is trusted has signed are neither read nor written.
 *
 * @param <T> what a record says
 */
final class Chain<T> {
  private final Records records;
  private final String name;
  private final Form<T> form;
  private final Signing signing;
  private final SignatureChecker judge;
  // The highest number seen; from there a look at the next one replaces looking at all.
  private final AtomicLong seen = new AtomicLong();

  Chain(Records records, String name, Form<T> form, Signing signing, SignatureChecker judge) {
    this.records = records;
    this.name = name;
    this.form = form;
    this.signing = signing;
    this.judge = judge;
  }

  /** How a record is read. */
  interface Form<T> {
    /** What a signature says that it signs. */
    String kind();

    /** Throws IllegalArgumentException unless the document is the record of this number. */
    T read(Document json, long number);

    @Nullable Digest previous(T record);

    /** When, in the order of the chain. */
    Instant at(T record);

    /** What its writer's clock said. */
    Instant clock(T record);
  }

  /**
   * A record with what follows from its file.
   *
   * @param number from 1
   * @param record what it says
   * @param digest of the file's bytes
   * @param previous the digest that it gives for the one before, null in the first
   * @param at when, in the order of the chain
   * @param clock what its writer's clock said
   * @param signature who signed it, unjudged
   */
  record Link<T>(
      long number,
      T record,
      Digest digest,
      @Nullable Digest previous,
      Instant at,
      Instant clock,
      RecordSignature signature) {}

  /** The time of a record whose writer's clock may be behind those of others. */
  static Instant notBefore(Instant clock, Instant earliest) {
    return clock.isBefore(earliest) ? earliest : clock;
  }

  String place(long number) {
    return records.place(number);
  }

  /** The highest number, 0 when there is no record. */
  long last() {
    long last = records.last(seen.get());
    seen.accumulateAndGet(last, Math::max);
    return last; // what others have seen, a transaction that began before may not see
  }

  Optional<Link<T>> head() {
    long last = last();
    judge.checkEnd(last, place(last + 1));
    return last == 0 ? Optional.empty() : Optional.of(read(last));
  }

  Link<T> read(long number) {
    Link<T> link = readAnyhow(number);
    judge.check(link, place(number));
    return link;
  }

  /** Also what somebody wrote who is not trusted. */
  Link<T> readAnyhow(long number) {
    return link(number, records.read(number));
  }

  private Link<T> link(long number, byte[] bytes) {
    T record = Document.readSealed(place(number), bytes, json -> form.read(json, number));
    RecordSignature signature = new RecordSignature(form.kind(), bytes);
    return new Link<>(
        number,
        record,
        Digest.sha256(bytes),
        form.previous(record),
        form.at(record),
        form.clock(record),
        signature);
  }

  /** All records, the oldest first, every link checked. */
  List<Link<T>> all() {
    return after(null, last());
  }

  /** The records from the one after a known one up to a number, every link checked. */
  List<Link<T>> after(@Nullable Link<T> known, long last) {
    judge.checkEnd(last, place(last + 1));
    List<Link<T>> links = new ArrayList<>();
    Link<T> before = known;
    for (long number = before == null ? 1 : before.number() + 1; number <= last; number++) {
      Link<T> next = readAnyhow(number);
      checkLink(before, next);
      links.add(next);
      before = next;
    }
    judge.checkLinked(links, this::place);
    return links;
  }

  void checkLink(@Nullable Link<T> before, Link<T> next) {
    Digest found = before == null ? null : before.digest();
    if (Objects.equals(found, next.previous())) {
      return;
    }
    throw new IntegrityException(
        place(Math.max(1, next.number() - 1))
            + ": found "
            + (found == null ? "the first record" : found)
            + ", expected "
            + (next.previous() == null ? "no record before this one" : next.previous())
            + " as record "
            + next.number()
            + " of "
            + name
            + " says; the history is broken there, restore it from a backup");
  }

  /** Appends a record that was made for this number; false when somebody else was faster. */
  boolean claim(long number, ObjectNode json) throws IOException {
    byte[] bytes = signing.write(form.kind(), json);
    judge.checkOwn(link(number, bytes), name);
    return records.claim(number, bytes);
  }
}
