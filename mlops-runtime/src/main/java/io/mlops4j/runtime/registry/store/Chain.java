package io.mlops4j.runtime.registry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.Digest;
import io.mlops4j.registry.Change;
import io.mlops4j.runtime.internal.document.Document;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Numbered records, each with the digest of the bytes of the record before it. The last record's
 * digest therefore covers the whole chain. The next record is created exclusively: if several
 * processes saw the same end, one appends, and the others learn that they lost. If the registry was
 * opened with trusted signers, records that none of them signed are neither read nor written.
 *
 * @param <T> the content of a record
 */
final class Chain<T> {
  private final Records records;
  private final String name;
  private final Form<T> form;
  private final Signing signing;
  private final SignatureChecker checker;
  // The highest number seen. From there, a check of the next number replaces a listing.
  private final AtomicLong seen = new AtomicLong();

  Chain(Records records, String name, Form<T> form, Signing signing, SignatureChecker checker) {
    this.records = records;
    this.name = name;
    this.form = form;
    this.signing = signing;
    this.checker = checker;
  }

  /** The JSON form of a chain's records. */
  interface Form<T> {
    /** Returns the type that signatures cover. */
    String kind();

    /** Throws IllegalArgumentException unless the document is the record of this number. */
    T read(Document json, long number);

    /** Throws IntegrityException if a record does not follow from the one before it. */
    default void checkNext(@Nullable T before, T next, String place) {}
  }

  /**
   * The part that the records of all chains have.
   *
   * @param change the actor and the reason
   * @param at the time, never before that of an earlier record
   * @param clock the time that the writer's clock showed
   * @param previous the digest of the record before, null in the first record
   */
  record Header(Change change, Instant at, Instant clock, @Nullable Digest previous) {
    static Header read(Document json) {
      return new Header(
          new Change(json.text("actor"), json.text("reason")),
          json.instant("at"),
          json.instant(json.has("clock") ? "clock" : "at"),
          json.has("previous") ? json.digest("previous") : null);
    }

    void write(ObjectNode json) {
      PublicationJson.write(change, json);
      json.put("at", at.toString());
      if (!clock.equals(at)) {
        json.put("clock", clock.toString());
      }
      if (previous != null) {
        json.put("previous", previous.toString());
      }
    }
  }

  /**
   * A record with its number, the digest of its bytes and its signature, which is not checked yet.
   */
  record Link<T>(long number, T record, Digest digest, Header header, RecordSignature signature) {}

  /** Returns the later time: a writer's clock may be behind the clocks of earlier writers. */
  static Instant notBefore(Instant clock, Instant earliest) {
    return clock.isBefore(earliest) ? earliest : clock;
  }

  String place(long number) {
    return records.place(number);
  }

  /** Returns the highest number, or 0. */
  long last() {
    long last = records.last(seen.get());
    seen.accumulateAndGet(last, Math::max);
    return last; // a transaction that began earlier may not see what others have seen
  }

  Optional<Link<T>> head() {
    long last = last();
    checker.checkEnd(last, place(last + 1));
    if (last == 0) {
      return Optional.empty();
    }
    Link<T> link = readUntrusted(last);
    checker.check(link, place(last));
    return Optional.of(link);
  }

  /** Reads a record without checking who signed it. */
  Link<T> readUntrusted(long number) {
    return link(number, records.read(number));
  }

  /** Returns {@link #readUntrusted} for the records in the order of their numbers. */
  LongFunction<Link<T>> inOrder() {
    LongFunction<byte[]> reader = records.inOrder();
    return number -> link(number, reader.apply(number));
  }

  private Link<T> link(long number, byte[] bytes) {
    return Document.readSealed(
        place(number),
        bytes,
        json -> {
          T record = form.read(json, number);
          RecordSignature signature = new RecordSignature(form.kind(), bytes);
          return new Link<>(number, record, Digest.sha256(bytes), Header.read(json), signature);
        });
  }

  /** Returns all records, the oldest first, after checking every link. */
  List<Link<T>> all() {
    return after(null, last());
  }

  /** Returns the records after a known one, up to a number, after checking every link. */
  List<Link<T>> after(@Nullable Link<T> known, long last) {
    checker.checkEnd(last, place(last + 1));
    List<Link<T>> links = new ArrayList<>();
    LongFunction<Link<T>> reader = inOrder();
    Link<T> before = known;
    for (long number = before == null ? 1 : before.number() + 1; number <= last; number++) {
      Link<T> next = reader.apply(number);
      checkLink(before, next);
      links.add(next);
      before = next;
    }
    checker.checkLinked(links, this::place);
    return links;
  }

  void checkLink(@Nullable Link<T> before, Link<T> next) {
    Digest found = before == null ? null : before.digest();
    Digest expected = next.header().previous();
    if (!Objects.equals(found, expected)) {
      throw Problems.broken(
          place(Math.max(1, next.number() - 1)),
          found == null ? "the first record" : found.toString(),
          "%s as record %s of %s says; the history is broken there, restore it from a backup"
              .formatted(
                  expected == null ? "no record before this one" : expected, next.number(), name));
    }
    form.checkNext(before == null ? null : before.record(), next.record(), place(next.number()));
  }

  /** Appends a record that was made for this number. Returns false if the number is taken. */
  boolean claim(long number, ObjectNode json) {
    byte[] bytes = signing.write(form.kind(), json);
    checker.checkOwn(link(number, bytes), name);
    return records.claim(number, bytes);
  }
}
