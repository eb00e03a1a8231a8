package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.internal.card.Block;
import io.mlops4j.runtime.internal.card.Links;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.registry.store.LinkBlocks;
import io.mlops4j.runtime.registry.store.Storage;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Blocks of links in a table, and the cards of a model in bulk. */
record JdbcLinks(JdbcStorage storage, Database database, String model) implements LinkBlocks.Place {
  @Override
  public Map<Integer, LinkBlocks.Stored> blocks(int first, int last) {
    Map<Integer, LinkBlocks.Stored> blocks = new HashMap<>();
    try {
      Map<Integer, Digest> ends = ends(first, last);
      for (Block block : documents(first, last)) {
        Digest end = ends.get(block.number());
        if (end != null) {
          blocks.put(block.number(), new LinkBlocks.Stored(block.document(), end));
        }
      }
      return blocks;
    } catch (RegistryException e) {
      return Map.of(); // an older registry has no such table; anything else the cards will show
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Block(int number, byte[] document) {}

  private List<Block> documents(int first, int last) {
    return database.run(
        "read links",
        session ->
            session.list(
                "SELECT block, document FROM $links WHERE model = ? AND block >= ? AND block <= ?",
                row -> new Block(row.getInt(1), row.getBytes(2)),
                model,
                first,
                last));
  }

  /** The digests of the manifests of the blocks' last versions. */
  private Map<Integer, Digest> ends(int first, int last) {
    String numbers =
        IntStream.rangeClosed(first, last)
            .mapToObj(block -> Integer.toString(block * LinkBlocks.BLOCK))
            .collect(Collectors.joining(", "));
    Map<Integer, Digest> ends = new HashMap<>();
    database.run(
        "read manifests",
        session ->
            session.list(
                "SELECT seq, manifest FROM $version WHERE model = ? AND seq IN (" + numbers + ")",
                row ->
                    ends.put(row.getInt(1) / LinkBlocks.BLOCK, Digest.sha256(row.getBytes(2)))
                        == null,
                model));
    return ends;
  }

  @Override
  public void write(int block, byte[] document) {
    try {
      replace(block, document);
    } catch (RegistryException e) {
      if (e.getCause() instanceof SQLException cause && Database.isUnknown(cause)) {
        new JdbcLayout(database).makeLinks(); // an older library made this registry
        replace(block, document);
      }
    }
  }

  private void replace(int block, byte[] document) {
    database.run(
        "store links",
        session -> {
          session.update("DELETE FROM $links WHERE model = ? AND block = ?", model, block);
          return session.update(
              "INSERT INTO $links (model, block, document) VALUES (?, ?, ?)",
              model,
              block,
              document);
        });
  }

  @Override
  public Digest manifest(int version) {
    return Digest.sha256(storage.manifest(model, version));
  }

  @Override
  public void cards(int first, int last, Consumer<Links> each) {
    int expected = first;
    for (Row row : rows(first, last)) {
      if (row.version().number() != expected++) {
        throw storage.missing(storage.place(model, expected - 1));
      }
      String place = storage.cardPlace(model, row.version().number());
      Storage.check(place, Digest.sha256(row.card()), row.digest());
      each.accept(Document.read(place, row.card(), card -> Links.read(row.version(), card)));
    }
    if (expected <= last) {
      throw storage.missing(storage.place(model, expected));
    }
  }

  /** A card, and what the columns beside it say. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Row(ModelVersion version, Digest digest, byte[] card) {}

  private List<Row> rows(int first, int last) {
    return database.run(
        "read cards",
        session ->
            session.list(
                "SELECT seq, digest, card_digest, card FROM $version "
                    + "WHERE model = ? AND seq >= ? AND seq <= ? ORDER BY seq",
                row ->
                    new Row(
                        new ModelVersion(model, row.getInt(1), Digest.parse(row.getString(2))),
                        Digest.parse(row.getString(3)),
                        row.getBytes(4)),
                model,
                first,
                last));
  }
}
