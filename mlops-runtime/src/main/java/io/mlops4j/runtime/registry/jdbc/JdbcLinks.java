package io.mlops4j.runtime.registry.jdbc;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.internal.card.Links;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.registry.store.LinkBlocks;
import io.mlops4j.runtime.registry.store.Storage;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Blocks of links in a table, and the cards of a model in bulk. */
record JdbcLinks(JdbcStorage storage, Database database, String model) implements LinkBlocks.Place {
  @Override
  public Map<Integer, LinkBlocks.Stored> blocks(int first, int last) {
    Map<Integer, LinkBlocks.Stored> blocks = new HashMap<>();
    String sql =
        "SELECT l.block, l.document, v.manifest FROM $links l JOIN $version v "
            + "ON v.model = l.model AND v.seq = l.block * ? "
            + "WHERE l.model = ? AND l.block >= ? AND l.block <= ?";
    try {
      database.list(
          "read links",
          sql,
          row -> {
            Digest end = Digest.sha256(row.getBytes(3));
            return blocks.put(row.getInt(1), new LinkBlocks.Stored(row.getBytes(2), end)) == null;
          },
          LinkBlocks.BLOCK,
          model,
          first,
          last);
      return blocks;
    } catch (RegistryException e) {
      return Map.of(); // older registries have no such table; reading the cards shows other errors
    }
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
        transaction -> {
          transaction.update("DELETE FROM $links WHERE model = ? AND block = ?", model, block);
          return transaction.update(
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

  /** A card, and the columns beside it. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Row(ModelVersion version, Digest digest, byte[] card) {}

  private List<Row> rows(int first, int last) {
    return database.list(
        "read cards",
        "SELECT seq, digest, card_digest, card FROM $version "
            + "WHERE model = ? AND seq >= ? AND seq <= ? ORDER BY seq",
        row -> {
          int number = row.getInt(1);
          Digest digest = database.digest(model, number, "digest", row.getString(2));
          return new Row(
              new ModelVersion(model, number, digest),
              database.digest(model, number, "card_digest", row.getString(3)),
              row.getBytes(4));
        },
        model,
        first,
        last);
  }
}
