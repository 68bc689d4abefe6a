package dev.sluice.demo;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/** Images in rows and columns, with a name beside each row and above each column. */
final class ContactSheet {
    private static final int GAP = 4;
    private static final int MARGIN = 12;
    private static final int NAME_WIDTH = 150;
    private static final int HEADER = 24;
    private static final int LINE = 13;
    /** Mean width of a caption's letters. */
    private static final int LETTER = 6;

    private static final Font CAPTION = new Font(Font.SANS_SERIF, Font.PLAIN, 11);

    private ContactSheet() {}

    /** A row of images, with what stands beside it. */
    record Row(String name, String note, List<BufferedImage> images) {
        Row {
            images = List.copyOf(images);
        }
    }

    /** Rows that share their columns. */
    record Section(List<String> columns, List<Row> rows) {}

    /**
     * Draws the sheet, one section below the other.
     *
     * @param cell edge of a cell in pixels; images are scaled to it without smoothing
     */
    static BufferedImage draw(List<Section> sections, int cell) {
        int columns = sections.stream()
                .mapToInt(section -> section.columns().size())
                .max()
                .orElse(0);
        int width = MARGIN * 2 + NAME_WIDTH + columns * (cell + GAP);
        int height = MARGIN * 2
                + sections.stream().mapToInt(section -> height(section, cell)).sum();
        BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = sheet.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width, height);
        graphics.setColor(Color.DARK_GRAY);
        int top = MARGIN;
        for (Section section : sections) {
            drawSection(graphics, section, top, cell);
            top += height(section, cell);
        }
        graphics.dispose();
        return sheet;
    }

    private static int height(Section section, int cell) {
        return header(section, cell) + section.rows().size() * (cell + GAP);
    }

    /** Tall enough for the caption with the most lines. */
    private static int header(Section section, int cell) {
        int lines = section.columns().stream()
                .mapToInt(caption -> wrapped(caption, cell).size())
                .max()
                .orElse(1);
        return HEADER + (lines - 1) * LINE;
    }

    private static void drawSection(Graphics2D graphics, Section section, int top, int cell) {
        int header = header(section, cell);
        graphics.setFont(CAPTION);
        for (int column = 0; column < section.columns().size(); column++) {
            List<String> lines = wrapped(section.columns().get(column), cell);
            for (int line = 0; line < lines.size(); line++) {
                int above = lines.size() - 1 - line;
                graphics.drawString(lines.get(line), left(column, cell) + 2, top + header - 8 - above * LINE);
            }
        }
        for (int row = 0; row < section.rows().size(); row++) {
            drawRow(graphics, section.rows().get(row), top + header + row * (cell + GAP), cell);
        }
    }

    /** The caption in lines that are about as wide as a cell. */
    private static List<String> wrapped(String caption, int cell) {
        int most = Math.max(1, cell / LETTER);
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : caption.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > most) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private static void drawRow(Graphics2D graphics, Row row, int top, int cell) {
        graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 13));
        graphics.drawString(row.name(), MARGIN, top + cell / 2 - 2);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        graphics.drawString(row.note(), MARGIN, top + cell / 2 + 14);
        for (int column = 0; column < row.images().size(); column++) {
            graphics.drawImage(row.images().get(column), left(column, cell), top, cell, cell, null);
        }
    }

    private static int left(int column, int cell) {
        return MARGIN + NAME_WIDTH + column * (cell + GAP);
    }
}
