package dev.sluice.app;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;

/** Images in rows and columns, with a name beside each row and above each column. */
final class ContactSheet {
    private static final int GAP = 4;
    private static final int MARGIN = 12;
    private static final int NAME_WIDTH = 150;
    private static final int HEADER = 24;

    private ContactSheet() {}

    /** A row of images, with what stands beside it. */
    record Row(String name, String note, List<BufferedImage> images) {
        Row {
            images = List.copyOf(images);
        }
    }

    /**
     * Draws the sheet.
     *
     * @param cell edge of a cell in pixels; images are scaled to it without smoothing
     */
    static BufferedImage draw(List<String> columns, List<Row> rows, int cell) {
        int width = MARGIN * 2 + NAME_WIDTH + columns.size() * (cell + GAP);
        int height = MARGIN * 2 + HEADER + rows.size() * (cell + GAP);
        BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = sheet.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width, height);
        graphics.setColor(Color.DARK_GRAY);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        for (int column = 0; column < columns.size(); column++) {
            graphics.drawString(columns.get(column), left(column, cell) + 2, MARGIN + HEADER - 8);
        }
        for (int row = 0; row < rows.size(); row++) {
            drawRow(graphics, rows.get(row), MARGIN + HEADER + row * (cell + GAP), cell);
        }
        graphics.dispose();
        return sheet;
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
