package io.mlops4j.runtime.registry;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.model.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Numbered records in a folder, each with the digest of the bytes of the one before, so that
 * whoever knows the last one's digest knows them all. The next record's file is created
 * exclusively: of several processes that saw the same end, one appends and the others see that they
 * lost.
 *
 * @param <T> what a record says
 */
final class Chain<T> {
  private final Layout layout;
  private final Disk disk;
  private final Path folder;
  private final String name;
  private final Form<T> form;
  // The highest number seen; from there a look at the next name replaces listing the folder.
  private final AtomicLong seen = new AtomicLong();

  Chain(Layout layout, Disk disk, Path folder, String name, Form<T> form) {
    this.layout = layout;
    this.disk = disk;
    this.folder = folder;
    this.name = name;
    this.form = form;
  }

  /** How a record is read. */
  interface Form<T> {
    /** Throws IllegalArgumentException unless the document is the record of this number. */
    T read(Document json, long number);

    @Nullable Digest previous(T record);
  }

  /**
   * A record with what follows from its file.
   *
   * @param number from 1
   * @param record what it says
   * @param digest of the file's bytes
   * @param previous the digest that it gives for the one before, null in the first
   */
  record Link<T>(long number, T record, Digest digest, @Nullable Digest previous) {}

  Path path(long number) {
    return layout.record(folder, number);
  }

  /** The highest number, 0 when there is no record. */
  long last() {
    long number = seen.get();
    if (number == 0) {
      number = layout.last(folder);
    }
    while (Disk.exists(path(number + 1))) {
      number++;
    }
    return seen.accumulateAndGet(number, Math::max);
  }

  Optional<Link<T>> head() {
    long last = last();
    return last == 0 ? Optional.empty() : Optional.of(read(last));
  }

  Link<T> read(long number) {
    Path file = path(number);
    byte[] bytes = layout.read(file);
    T record = Document.readSealed(file, bytes, json -> form.read(json, number));
    return new Link<>(number, record, Digest.sha256(bytes), form.previous(record));
  }

  /** All records, the oldest first, every link checked. */
  List<Link<T>> all() {
    return after(null, last());
  }

  /** The records from the one after a known one up to a number, every link checked. */
  List<Link<T>> after(@Nullable Link<T> known, long last) {
    List<Link<T>> links = new ArrayList<>();
    Link<T> before = known;
    for (long number = before == null ? 1 : before.number() + 1; number <= last; number++) {
      Link<T> next = read(number);
      checkLink(before, next);
      links.add(next);
      before = next;
    }
    return links;
  }

  void checkLink(@Nullable Link<T> before, Link<T> next) {
    Digest found = before == null ? null : before.digest();
    if (Objects.equals(found, next.previous())) {
      return;
    }
    throw new IntegrityException(
        path(Math.max(1, next.number() - 1))
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
  boolean claim(long number, byte[] bytes) throws IOException {
    return disk.claim(bytes, path(number), layout.root());
  }
}
