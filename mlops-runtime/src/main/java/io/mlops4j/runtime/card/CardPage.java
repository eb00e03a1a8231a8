package io.mlops4j.runtime.card;

import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.internal.card.Block;
import io.mlops4j.runtime.internal.card.MarkdownWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * A card for people: as Markdown, or as one HTML file that needs nothing else, no font, no script,
 * no network. The page follows the reader's light or dark scheme, fits a phone and prints.
 *
 * <p>Whatever a card says is escaped in both, so that it can only be read. The texts of the page
 * itself are not stable; for tools there is {@link CardJson}. Immutable and thread safe.
 */
public final class CardPage {
  private final String title;
  private final List<Block> blocks;

  private CardPage(String title, List<Block> blocks) {
    this.title = title;
    this.blocks = blocks;
  }

  /**
   * The page of a card that is not published yet.
   *
   * @param card the card
   * @return the page
   */
  public static CardPage of(ModelCard card) {
    return new CardPage(card.name(), CardSections.of(null, card));
  }

  /**
   * The page of a version.
   *
   * @param version the version
   * @param card its card, as the registry gives it
   * @return the page
   * @throws IllegalArgumentException if the card is that of another model
   */
  public static CardPage of(ModelVersion version, ModelCard card) {
    if (!version.name().equals(card.name())) {
      throw new IllegalArgumentException(
          "card: found the " + card + ", expected that of " + version);
    }
    return new CardPage(version.toString(), CardSections.of(version, card));
  }

  /**
   * The page of a version of a registry, with how it was published and where it was imported from.
   *
   * @param registry the registry; lent
   * @param version a version of this registry
   * @return the page
   */
  public static CardPage of(ModelRegistry registry, ModelVersion version) {
    List<Block> blocks = new ArrayList<>(CardSections.of(version, registry.card(version)));
    blocks.addAll(PublicationSection.of(registry.publication(version)));
    return new CardPage(version.toString(), List.copyOf(blocks));
  }

  /**
   * The page for whatever shows GitHub-flavoured Markdown.
   *
   * @return Markdown
   */
  public String markdown() {
    return MarkdownWriter.write(title, blocks);
  }

  /**
   * The page for a browser.
   *
   * @return one complete HTML file
   */
  public String html() {
    return HtmlWriter.write(title, blocks);
  }

  @Override
  public String toString() {
    return "page of " + title;
  }
}
