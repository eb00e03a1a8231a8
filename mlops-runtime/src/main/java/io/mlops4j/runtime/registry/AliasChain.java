package io.mlops4j.runtime.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The records of one alias. The next record's file is created exclusively: of several processes
 * that saw the same head, one appends and the others see that they lost. A record holds the digest
 * of the bytes of the one before and of the manifest of the version that it names, so that whoever
 * knows the head's digest knows the whole history, and every byte of every version in it.
 */
final class AliasChain {
  private static final int FORMAT = 1;

  private final Layout layout;
  private final Disk disk;
  private final String model;
  private final String alias;
  // The highest number seen; from there a look at the next name replaces listing the folder.
  private final AtomicLong seen = new AtomicLong();

  AliasChain(Layout layout, Disk disk, String model, String alias) {
    this.layout = layout;
    this.disk = disk;
    this.model = model;
    this.alias = alias;
  }

  /**
   * A record with what the file says beyond it.
   *
   * @param record the record
   * @param digest of the file's bytes
   * @param manifest the digest of the manifest of the version that the alias names
   */
  record Link(AliasRecord record, Digest digest, Digest manifest) {}

  Optional<Link> head() {
    long number = seen.get();
    if (number == 0) {
      number = layout.last(layout.alias(model, alias));
    }
    while (Disk.exists(path(number + 1))) {
      number++;
    }
    seen.accumulateAndGet(number, Math::max);
    return number == 0 ? Optional.empty() : Optional.of(read(number));
  }

  /** All records, the oldest first, every link checked. */
  List<AliasRecord> history() {
    List<AliasRecord> history = new ArrayList<>();
    Link previous = null;
    long last = head().map(head -> head.record().number()).orElse(0L);
    for (long number = 1; number <= last; number++) {
      Link next = read(number);
      checkLink(previous, next);
      history.add(next.record());
      previous = next;
    }
    return List.copyOf(history);
  }

  private void checkLink(@Nullable Link previous, Link next) {
    Digest found = previous == null ? null : previous.digest();
    Digest expected = next.record().previous();
    long number = next.record().number();
    if (!Objects.equals(found, expected)) {
      throw new IntegrityException(
          path(Math.max(1, number - 1))
              + ": found "
              + (found == null ? "the first record" : found)
              + ", expected "
              + (expected == null ? "no record before this one" : expected)
              + " as record "
              + number
              + " of "
              + model
              + "@"
              + alias
              + " says; the history is broken there, restore it from a backup");
    }
    ModelVersion before = previous == null ? null : previous.record().to();
    if (!Objects.equals(before, next.record().from())) {
      throw Document.damaged(
          path(number), "a change from " + next.record().from() + " after one to " + before);
    }
  }

  AliasRecord append(
      VersionStore.Stored to, Change change, Clock clock, @Nullable AliasRecord expected) {
    try {
      while (true) {
        Optional<Link> head = head();
        if (expected != null && !head.map(Link::record).equals(Optional.of(expected))) {
          throw lost(head.map(Link::record), expected);
        }
        AliasRecord next = next(head, to.version(), change, clock);
        byte[] bytes = write(next, to.digest());
        if (disk.claim(bytes, path(next.number()), layout.root())) {
          return next;
        }
      }
    } catch (IOException e) {
      throw layout.cannotStore(model + "@" + alias, e);
    }
  }

  private AliasRecord next(Optional<Link> head, ModelVersion to, Change change, Clock clock) {
    long number = head.map(link -> link.record().number()).orElse(0L) + 1;
    return new AliasRecord(
        model,
        alias,
        number,
        head.map(link -> link.record().to()).orElse(null),
        to,
        change,
        clock.instant(),
        head.map(Link::digest).orElse(null));
  }

  private RegistryException lost(Optional<AliasRecord> found, AliasRecord expected) {
    return new RegistryException(
        model
            + "@"
            + alias
            + ": found "
            + found
                .map(
                    r ->
                        "record "
                            + r.number()
                            + " (to "
                            + r.to()
                            + " by "
                            + r.change().actor()
                            + ")")
                .orElse("no record")
            + ", expected record "
            + expected.number()
            + " (to "
            + expected.to()
            + ") to be the newest; nothing was changed, look at head() and decide again",
        null);
  }

  private Path path(long number) {
    return layout.record(model, alias, number);
  }

  private static byte[] write(AliasRecord record, Digest manifest) {
    ObjectNode json = Json.object();
    json.put("record", FORMAT)
        .put("model", record.model())
        .put("alias", record.alias())
        .put("number", record.number())
        .put("actor", record.change().actor())
        .put("reason", record.change().reason())
        .put("at", record.at().toString());
    json.set("to", write(record.to()).put("manifest", manifest.toString()));
    if (record.from() != null) {
      json.set("from", write(record.from()));
    }
    if (record.previous() != null) {
      json.put("previous", record.previous().toString());
    }
    return Json.writeSealed(json);
  }

  private static ObjectNode write(ModelVersion version) {
    return Json.object().put("number", version.number()).put("digest", version.digest().toString());
  }

  private Link read(long number) {
    Path file = path(number);
    byte[] bytes = layout.read(file);
    return Document.readSealed(file, bytes, json -> link(json, number, Digest.sha256(bytes)));
  }

  private Link link(Document json, long number, Digest digest) {
    if (json.count("record") > FORMAT) {
      throw new IllegalArgumentException(
          "a record of format " + json.count("record") + ", which needs a newer mlops4j");
    }
    AliasRecord record =
        new AliasRecord(
            json.text("model"),
            json.text("alias"),
            json.whole("number"),
            json.has("from") ? version(json.object("from")) : null,
            version(json.object("to")),
            new Change(json.text("actor"), json.text("reason")),
            json.instant("at"),
            json.has("previous") ? json.digest("previous") : null);
    if (!record.model().equals(model)
        || !record.alias().equals(alias)
        || record.number() != number) {
      throw new IllegalArgumentException(
          "record " + record.number() + " of " + record.model() + "@" + record.alias());
    }
    return new Link(record, digest, json.object("to").digest("manifest"));
  }

  private ModelVersion version(Document json) {
    return new ModelVersion(model, json.count("number"), json.digest("digest"));
  }
}
