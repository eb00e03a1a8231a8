package io.mlops4j.runtime.registry.store;

import static io.mlops4j.registry.VersionState.DELETED;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Publication;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.registry.VersionRange;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.registry.VersionState;
import io.mlops4j.registry.VersionStatus;
import io.mlops4j.runtime.internal.card.CardDocument;
import io.mlops4j.runtime.internal.card.Links;
import io.mlops4j.runtime.internal.card.Shown;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Texts;
import io.mlops4j.runtime.internal.source.DeferredSource;
import io.mlops4j.runtime.internal.source.FileSource;
import io.mlops4j.runtime.internal.source.ThisProcess;
import io.mlops4j.spi.ModelSource;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** The numbered, immutable versions of all models. */
public final class VersionStore {
  private final Storage storage;
  private final Signing signing;
  private final VersionSignatures signatures;
  private final Map<String, VersionList> lists = new ConcurrentHashMap<>();
  private final Map<String, States> states = new ConcurrentHashMap<>();

  public VersionStore(Storage storage, Signing signing) {
    this.storage = storage;
    this.signing = signing;
    this.signatures = new VersionSignatures(storage);
  }

  public VersionList list(String model) {
    return lists.computeIfAbsent(model, key -> storage.list(key, number -> manifest(key, number)));
  }

  States states(String model) {
    return states.computeIfAbsent(
        model, key -> new States(storage.changeRecords(key), key, signing));
  }

  /** A manifest and the digest of its bytes. */
  public record Stored(Manifest manifest, Digest digest) {
    public ModelVersion version() {
      return manifest.version();
    }
  }

  public int last(String model) {
    return storage.last(model);
  }

  /** The newest version up to a number that has this content and is not deleted. */
  public Optional<ModelVersion> same(Manifest staged, int last) {
    String model = staged.version().name();
    Digest digest = staged.version().digest();
    for (int number : list(model).candidates(digest, staged.card(), last)) {
      Manifest found = manifest(model, number).manifest();
      if (found.isOf(digest, staged.card()) && !states(model).isDeleted(number)) {
        return Optional.of(found.version());
      }
    }
    return Optional.empty();
  }

  /** The versions that are not deleted, the oldest first; a missing one in between is damage. */
  List<ModelVersion> all(String model) {
    int last = storage.complete(model);
    Set<Integer> deleted = states(model).in(state -> state.compareTo(DELETED) >= 0).keySet();
    return list(model).all(last).stream()
        .filter(version -> !deleted.contains(version.number()))
        .toList();
  }

  /** A page of versions in any state. */
  List<VersionStatus> page(String model, VersionRange range) {
    int most = Math.min(last(model), range.before().orElse(Integer.MAX_VALUE) - 1);
    int after = range.after().orElse(0);
    int size = Math.min(range.limit(), Math.max(0, most - after));
    return IntStream.range(0, size)
        .map(i -> range.isNewestFirst() ? most - i : after + 1 + i)
        .mapToObj(number -> status(manifest(model, number).manifest()))
        .toList();
  }

  VersionStatus status(Manifest manifest) {
    ModelVersion version = manifest.version();
    Optional<VersionRecord> since = states(version.name()).since(version.number());
    VersionState state = since.map(VersionRecord::state).orElse(VersionState.ACTIVE);
    return new VersionStatus(version, manifest.published(), state, since);
  }

  /** Before anything new is made of a model. */
  public void refuseRetired(String model) {
    Optional<VersionRecord> retired = states(model).retirement();
    if (retired.isPresent()) {
      throw new RegistryException(
          model
              + ": found that the model was "
              + Collector.text(retired.get())
              + ", expected one in use; reinstate it, take another, or name a version by its"
              + " number",
          null);
    }
  }

  /** How this process publishes a version now. */
  public Publication publication(Instant now, PublishOptions options) {
    return new Publication(
        now,
        now,
        options.change(),
        Optional.of(ThisProcess.NAME),
        Optional.of(storage.location().toString()),
        options.origin());
  }

  /** When the newest version was published, which the next cannot come before. */
  public Instant published(String model, int last) {
    return last == 0 ? Instant.MIN : manifest(model, last).manifest().published();
  }

  /** What a bare name means. */
  ModelVersion latest(String model) {
    refuseRetired(model);
    int last = last(model);
    if (last == 0) {
      // Number 1 of a model that has none is the one whose absence the message tells.
      return find(model, 1).version();
    }
    int deprecated = 0;
    for (int number = last; number >= 1; number--) {
      VersionState state = states(model).of(number);
      if (state == VersionState.ACTIVE) {
        return find(model, number).version();
      }
      if (state == VersionState.DEPRECATED && deprecated == 0) {
        deprecated = number;
      }
    }
    if (deprecated == 0) {
      throw new RegistryException(
          model
              + ": found only deleted versions, 1 to "
              + last
              + ", in "
              + storage
              + ", expected one that is not; restore one, or publish again",
          null);
    }
    return find(model, deprecated).version();
  }

  /** The version of a number that a caller asks for. */
  Stored find(String model, int number) {
    if (storage.has(model, number)) {
      return manifest(model, number);
    }
    int last = storage.lastAnew(model);
    if (number <= last) {
      throw storage.missing(storage.place(model, number));
    }
    throw new RegistryException(
        last == 0
            ? model
                + ": found no such model in "
                + storage
                + ", expected one that was published; models there are: "
                + Texts.some(storage.models())
            : model
                + ":"
                + number
                + ": found versions 1 to "
                + last
                + " in "
                + storage
                + ", expected an existing version",
        null);
  }

  /** The version that a caller holds, which must be the one that is stored. */
  Stored find(ModelVersion version) {
    Stored stored = find(version.name(), version.number());
    if (!stored.version().equals(version)) {
      throw new IntegrityException(
          storage.place(version.name(), version.number())
              + ": found the bytes "
              + stored.version().digest()
              + ", expected "
              + version.digest()
              + "; a version never changes, so one of the two comes from another registry");
    }
    return stored;
  }

  public Stored manifest(String model, int number) {
    byte[] bytes = storage.manifest(model, number);
    return new Stored(
        Document.readSealed(
            storage.manifestPlace(model, number),
            bytes,
            json -> Manifest.read(json, model, number)),
        Digest.sha256(bytes));
  }

  /** The card's bytes as they were published, perhaps with keys of a newer library. */
  byte[] cardBytes(ModelVersion version) {
    return cardBytes(find(version).manifest());
  }

  private byte[] cardBytes(Manifest manifest) {
    ModelVersion version = manifest.version();
    byte[] bytes = storage.card(version.name(), version.number());
    Storage.check(cardPlace(version), Digest.sha256(bytes), manifest.card());
    return bytes;
  }

  private String cardPlace(ModelVersion version) {
    return storage.cardPlace(version.name(), version.number());
  }

  public ModelCard card(ModelVersion version) {
    return card(find(version).manifest());
  }

  public ModelCard card(Manifest manifest) {
    String place = cardPlace(manifest.version());
    ModelCard card = Document.read(place, cardBytes(manifest), CardDocument::read);
    if (!card.name().equals(manifest.version().name())) {
      throw Document.damaged(place, "the card of " + card.name());
    }
    return card;
  }

  /** What the versions of a model were made from. */
  LinkBlocks links(String model) {
    return new LinkBlocks(model, storage.links(model, number -> links(model, number)));
  }

  private Links links(String model, int number) {
    Manifest manifest = manifest(model, number).manifest();
    return Links.of(manifest.version(), card(manifest));
  }

  void addSignature(ModelVersion version, byte[] bundle) {
    signatures.add(find(version).version(), bundle);
  }

  List<byte[]> signatures(ModelVersion version) {
    return signatures.of(find(version).version());
  }

  VersionSignatures signatures() {
    return signatures;
  }

  ModelSource source(ModelVersion version) {
    return source(version, find(version).manifest());
  }

  private ModelSource source(ModelVersion version, Manifest manifest) {
    checkFiles(version, manifest);
    Map<String, ByteBuffer> read = new TreeMap<>();
    manifest
        .files()
        .forEach((name, expected) -> read.put(name, storage.read(version, name, expected)));
    List<ByteBuffer> bundles = signatures.of(version).stream().map(ByteBuffer::wrap).toList();
    return FileSource.of(manifest.kind(), main(version, manifest), read, version.digest(), bundles);
  }

  /** What can be checked without reading is checked now. */
  ModelSource deferredSource(ModelVersion version) {
    Manifest manifest = find(version).manifest();
    checkFiles(version, manifest);
    return new DeferredSource(
        manifest.kind(),
        main(version, manifest),
        manifest.files().size() == 1,
        version.digest(),
        () -> source(version, manifest));
  }

  void checkFiles(ModelVersion version, Manifest manifest) {
    if (!storage.hasFiles(version)) {
      refuseRemoved(version);
    }
    storage.checkFiles(version, manifest);
  }

  private Path main(ModelVersion version, Manifest manifest) {
    return storage.path(version, manifest.kind().main().orElse(""));
  }

  private void refuseRemoved(ModelVersion version) {
    Optional<VersionRecord> removed =
        states(version.name())
            .since(version.number())
            .filter(record -> record.state() == VersionState.REMOVED);
    if (removed.isPresent()) {
      throw new RegistryException(
          version
              + ": found a version whose bytes were removed by "
              + removed.get().change().actor()
              + " at "
              + removed.get().at()
              + Shown.reason(removed.get().change())
              + ", expected one that was not deleted; take another, or publish the model again",
          null);
    }
  }

  static String name(VersionState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
