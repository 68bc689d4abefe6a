package dev.sluice.demo;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/** Images in rows and columns, with a name before each row and above each column, and each row's figures behind it. */
final class ContactSheet {
    private static final int GAP = 4;
    private static final int MARGIN = 12;
    private static final int NAME_WIDTH = 190;
    private static final int FIGURE_WIDTH = 92;
    private static final int HEADER = 26;
    private static final int LINE = 15;
    /** Mean width of a caption's letters. */
    private static final int LETTER = 7;

    private static final Font CAPTION = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
    private static final Font NAME = new Font(Font.SANS_SERIF, Font.BOLD, 16);
    private static final Font NOTE = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
    private static final Font FIGURE = new Font(Font.SANS_SERIF, Font.PLAIN, 16);

    private ContactSheet() {}

    /** A row of images, with what stands before it and the figures behind it. */
    record Row(String name, String note, List<BufferedImage> images, List<String> figures) {
        Row {
            images = List.copyOf(images);
            figures = List.copyOf(figures);
        }
    }

    /**
     * Rows that share their columns.
     *
     * @param figures what stands above the rows' figures
     */
    record Section(List<String> columns, List<String> figures, List<Row> rows) {}

    /**
     * Draws the sheet, one section below the other.
     *
     * @param cell edge of a cell in pixels; images are scaled to it without smoothing
     */
    static BufferedImage draw(List<Section> sections, int cell) {
        int width = MARGIN * 2
                + sections.stream()
                        .mapToInt(section -> width(section, cell))
                        .max()
                        .orElse(0);
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

    private static int width(Section section, int cell) {
        return NAME_WIDTH
                + section.columns().size() * (cell + GAP)
                + section.figures().size() * FIGURE_WIDTH;
    }

    private static int height(Section section, int cell) {
        return header(section, cell) + section.rows().size() * (cell + GAP);
    }

    /** Tall enough for the caption with the most lines. */
    private static int header(Section section, int cell) {
        int captions = lines(section.columns(), cell);
        int figures = lines(section.figures(), FIGURE_WIDTH);
        return HEADER + (Math.max(captions, figures) - 1) * LINE;
    }

    private static int lines(List<String> captions, int width) {
        return captions.stream()
                .mapToInt(caption -> wrapped(caption, width).size())
                .max()
                .orElse(1);
    }

    private static void drawSection(Graphics2D graphics, Section section, int top, int cell) {
        int header = header(section, cell);
        graphics.setFont(CAPTION);
        for (int column = 0; column < section.columns().size(); column++) {
            List<String> lines = wrapped(section.columns().get(column), cell);
            drawCaption(graphics, lines, left(column, cell) + 2, top + header);
        }
        for (int figure = 0; figure < section.figures().size(); figure++) {
            List<String> lines = wrapped(section.figures().get(figure), FIGURE_WIDTH);
            drawRightAligned(graphics, lines, right(section, figure, cell), top + header);
        }
        for (int row = 0; row < section.rows().size(); row++) {
            drawRow(graphics, section, section.rows().get(row), top + header + row * (cell + GAP), cell);
        }
    }

    private static void drawCaption(Graphics2D graphics, List<String> lines, int left, int bottom) {
        for (int line = 0; line < lines.size(); line++) {
            graphics.drawString(lines.get(line), left, baseline(lines, line, bottom));
        }
    }

    private static void drawRightAligned(Graphics2D graphics, List<String> lines, int right, int bottom) {
        for (int line = 0; line < lines.size(); line++) {
            String text = lines.get(line);
            int width = graphics.getFontMetrics().stringWidth(text);
            graphics.drawString(text, right - width, baseline(lines, line, bottom));
        }
    }

    private static int baseline(List<String> lines, int line, int bottom) {
        return bottom - 8 - (lines.size() - 1 - line) * LINE;
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

    private static void drawRow(Graphics2D graphics, Section section, Row row, int top, int cell) {
        int middle = top + cell / 2;
        graphics.setFont(NAME);
        graphics.drawString(row.name(), MARGIN, middle - 2);
        graphics.setFont(NOTE);
        graphics.drawString(row.note(), MARGIN, middle + 16);
        for (int column = 0; column < row.images().size(); column++) {
            graphics.drawImage(row.images().get(column), left(column, cell), top, cell, cell, null);
        }
        graphics.setFont(FIGURE);
        for (int figure = 0; figure < row.figures().size(); figure++) {
            drawRightAligned(graphics, List.of(row.figures().get(figure)), right(section, figure, cell), middle + 14);
        }
    }

    private static int left(int column, int cell) {
        return MARGIN + NAME_WIDTH + column * (cell + GAP);
    }

    /** The edge that a column of figures is aligned to. */
    private static int right(Section section, int figure, int cell) {
        return left(section.columns().size(), cell) + (figure + 1) * FIGURE_WIDTH;
    }
}
