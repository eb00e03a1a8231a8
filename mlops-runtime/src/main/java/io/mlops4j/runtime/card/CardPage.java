package io.mlops4j.runtime.card;

import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.internal.card.Block;
import io.mlops4j.runtime.internal.card.MarkdownWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * A card as a page: Markdown, or one HTML file without fonts, scripts or network access. The HTML
 * follows the reader's light or dark scheme, fits a phone and prints.
 *
 * <p>Texts of the card are escaped in both. The page's own texts may change between releases; tools
 * should read {@link CardJson}. Immutable and thread safe.
 */
public final class CardPage {
  private final String title;
  private final List<Block> blocks;

  private CardPage(String title, List<Block> blocks) {
    this.title = title;
    this.blocks = blocks;
  }

  /**
   * Creates the page of a card that is not published yet.
   *
   * @param card the card
   * @return the page
   */
  public static CardPage of(ModelCard card) {
    return new CardPage(card.name(), CardSections.of(null, card));
  }

  /**
   * Creates the page of a version.
   *
   * @param version the version
   * @param card its card
   * @return the page
   * @throws IllegalArgumentException if the card belongs to another model
   */
  public static CardPage of(ModelVersion version, ModelCard card) {
    if (!version.name().equals(card.name())) {
      throw new IllegalArgumentException(
          "card: found the " + card + ", expected the card of " + version);
    }
    return new CardPage(version.toString(), CardSections.of(version, card));
  }

  /**
   * Creates the page of a version with its publication and the origin of an import.
   *
   * @param registry the registry; the caller closes it
   * @param version a version of this registry
   * @return the page
   */
  public static CardPage of(ModelRegistry registry, ModelVersion version) {
    List<Block> blocks = new ArrayList<>(CardSections.of(version, registry.card(version)));
    blocks.addAll(PublicationSection.of(registry.publication(version)));
    return new CardPage(version.toString(), List.copyOf(blocks));
  }

  /**
   * Returns the page as GitHub-flavoured Markdown.
   *
   * @return Markdown
   */
  public String markdown() {
    return MarkdownWriter.write(title, blocks);
  }

  /**
   * Returns the page for a browser.
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
