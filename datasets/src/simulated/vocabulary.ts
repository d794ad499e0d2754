/**
 * The words of the simulated shop: twelve departments, three shelves each, four product types a shelf. Every word here
 * is printed on the items that carry it and has a meaning vector (`meaning.ts`), which is what makes text and behaviour
 * agree. No brand, product or text is taken from a real shop.
 */

export interface ProductType {
  /** Unique in the shop. */
  noun: string;
  /** Price of an ordinary one. */
  price: number;
  materials: string[];
  /** Noun phrases, at least two. */
  features: string[];
  /** Sizes, colours, packs. */
  variants: string[];
  /** Days until an ordinary user needs the next one; absent for things that last. */
  lastsDays?: number;
  /** Nouns that whoever bought this will want next. */
  goesWith: string[];
}

export interface Shelf {
  name: string;
  /** Shelves of different departments with one theme attract the same people: coffee machines and coffee. */
  theme: string;
  /** Who or what the products of this shelf are for. */
  uses: string[];
  types: ProductType[];
}

export interface Department {
  name: string;
  /** Share of interest relative to the other departments. */
  weight: number;
  styles: string[];
  shelves: Shelf[];
}

export const PRICE_TIERS = [
  { words: ['Value', 'Basics', 'Everyday'], factor: 0.6, phrase: 'An affordable choice that does what it should.' },
  { words: ['', '', 'Classic'], factor: 1, phrase: 'A dependable choice at a fair price.' },
  { words: ['Premium', 'Pro', 'Select'], factor: 1.7, phrase: 'Premium quality for people who use it often.' },
  { words: ['Signature', 'Reserve', 'Master'], factor: 2.9, phrase: 'The finest of its range, made in small batches.' },
] as const;

const list = (words: string) => words.split(' | ');

function product(
  noun: string,
  price: number,
  materials: string,
  features: string,
  variants: string,
  goesWith: string[] = [],
): ProductType {
  return { noun, price, materials: list(materials), features: list(features), variants: list(variants), goesWith };
}

function consumable(lastsDays: number, ...rest: Parameters<typeof product>): ProductType {
  return { ...product(...rest), lastsDays };
}

// biome-ignore format: a table, one product type a line
export const DEPARTMENTS: readonly Department[] = [
  {
    name: 'Tools & Home Improvement', weight: 1.1, styles: ['Rugged', 'Compact', 'Heavy-Duty', 'Modern'],
    shelves: [
      {
        name: 'Power Tools', theme: 'workshop', uses: ['weekend repairs', 'cabinet making', 'daily job sites', 'first-time homeowners'],
        types: [
          product('Drill Driver', 89, 'Brushless | Cordless | Corded', 'Variable Speed Trigger | LED Work Light | Soft-Grip Handle | Keyless Chuck', '12V | 18V | 20V', ['Drill Bit Set', 'Screwdriver Bit Set', 'Safety Goggles']),
          product('Circular Saw', 109, 'Brushless | Cordless | Corded', 'LED Work Light | Dust Blower | Soft-Grip Handle | Laser Guide', '18V | 20V | 15 Amp', ['Saw Blade', 'Safety Goggles', 'Clamp Set']),
          product('Orbital Sander', 64, 'Brushless | Cordless | Corded', 'Dust Collection | Variable Speed Dial | Soft-Grip Handle | Low Vibration', '5-Inch | 6-Inch', ['Sanding Discs', 'Safety Goggles']),
          product('Rotary Tool', 59, 'Cordless | Corded', 'Variable Speed Dial | LED Work Light | Flexible Shaft | Storage Case', '8V | 12V | 175 W', ['Sanding Discs', 'Wood Carving Kit']),
        ],
      },
      {
        name: 'Tool Accessories', theme: 'workshop', uses: ['hardwood and plywood', 'metal and steel', 'paint removal', 'delicate trim'],
        types: [
          product('Drill Bit Set', 24, 'Titanium | Cobalt | Carbide', 'Storage Case | Split Points | Long-Life Coating | Hex Shanks', '10-Piece | 21-Piece | 29-Piece'),
          product('Saw Blade', 22, 'Carbide | Diamond | Steel', 'Clean-Cut Edges | Long-Life Coating | Thin Kerf | Anti-Vibration Slots', '7-1/4 Inch | 10-Inch | 12-Inch'),
          consumable(30, 'Sanding Discs', 13, 'Ceramic Grain | Aluminum Oxide | Silicon Carbide', 'Hook-and-Loop Backing | Dust Holes | Long-Life Coating | Mixed Grits', '25-Pack | 50-Pack | 100-Pack'),
          product('Screwdriver Bit Set', 18, 'Titanium | Steel | Magnetic', 'Storage Case | Impact Rating | Color Coding | Extra-Long Reach', '20-Piece | 32-Piece | 60-Piece'),
        ],
      },
      {
        name: 'Hand Tools & Safety', theme: 'workshop', uses: ['furniture assembly', 'bicycle and car repairs', 'framing and carpentry', 'a home tool box'],
        types: [
          product('Claw Hammer', 21, 'Forged Steel | Fiberglass | Hickory', 'Non-Slip Grip | Shock-Absorbing Handle | Magnetic Nail Holder', '12 oz | 16 oz | 20 oz', ['Tape Measure']),
          product('Tape Measure', 14, 'Steel | Fiberglass | Aluminum', 'Magnetic Tip | Auto Lock | Large Numbers | Belt Clip', '16 ft | 25 ft | 33 ft'),
          product('Clamp Set', 29, 'Forged Steel | Aluminum | Beechwood', 'Quick Release | Non-Marring Pads | Non-Slip Grip', '2-Piece | 4-Piece | 6-Piece'),
          product('Safety Goggles', 12, 'Polycarbonate | Silicone', 'Anti-Fog Lenses | Adjustable Strap | UV Protection', 'Clear | Tinted | 3-Pack'),
        ],
      },
    ],
  },
  {
    name: 'Kitchen & Dining', weight: 1.3, styles: ['Modern', 'Rustic', 'Minimalist', 'Vintage'],
    shelves: [
      {
        name: 'Coffee & Tea Makers', theme: 'coffee and tea', uses: ['slow weekend mornings', 'busy office kitchens', 'small apartments', 'serious home baristas'],
        types: [
          product('Espresso Machine', 219, 'Stainless Steel | Matte Black | Chrome', 'Precise Temperature Control | Steam Wand | Auto Shut-Off | Easy-Clean Parts', '1-Cup | 2-Cup', ['Whole Bean Coffee', 'Coffee Grinder', 'Milk Frother']),
          product('Pour-Over Coffee Maker', 34, 'Borosilicate Glass | Ceramic | Stainless Steel', 'Reusable Filter | Wooden Collar | Easy-Clean Parts | Heat-Resistant Handle', '2-Cup | 4-Cup | 8-Cup', ['Whole Bean Coffee', 'Coffee Grinder']),
          product('Coffee Grinder', 69, 'Stainless Steel | Matte Black | Ceramic Burr', 'Quiet Operation | 30 Grind Settings | Easy-Clean Parts | Auto Shut-Off', '4-Cup | 12-Cup', ['Whole Bean Coffee']),
          product('Milk Frother', 27, 'Stainless Steel | Matte Black | Borosilicate Glass', 'Quiet Operation | Hot and Cold Foam | Auto Shut-Off | Travel Cover', '150 ml | 300 ml'),
        ],
      },
      {
        name: 'Cookware & Baking', theme: 'cooking', uses: ['searing steaks', 'family stews', 'sourdough bread', 'holiday baking'],
        types: [
          product('Frying Pan', 39, 'Cast Iron | Nonstick Aluminum | Carbon Steel | Copper', 'Even Heating | Stay-Cool Handle | Pouring Spouts | Oven-Safe Design', '8-Inch | 10-Inch | 12-Inch', ['Silicone Spatula Set', 'Olive Oil']),
          product('Dutch Oven', 74, 'Cast Iron | Enameled Steel', 'Even Heating | Self-Basting Lid | Oven-Safe Design | Wide Handles', '3-Quart | 5-Quart | 7-Quart', ['Dried Pasta', 'Silicone Spatula Set']),
          product('Baking Sheet', 22, 'Nonstick Aluminum | Carbon Steel | Enameled Steel', 'Warp-Resistant Rim | Even Heating | Cooling Rack', 'Quarter Size | Half Size | Set of 2', ['Silicone Spatula Set']),
          product('Saucepan', 35, 'Copper | Stainless Steel | Nonstick Aluminum', 'Tempered Glass Lid | Pouring Spouts | Stay-Cool Handle | Even Heating', '1-Quart | 2-Quart | 3-Quart', ['Dried Pasta']),
        ],
      },
      {
        name: 'Knives & Kitchen Tools', theme: 'cooking', uses: ['chopping vegetables', 'carving roasts', 'everyday meal prep', 'outdoor grilling'],
        types: [
          product('Chef Knife', 58, 'Damascus Steel | High-Carbon Steel | Stainless Steel', 'Razor-Sharp Edge | Ergonomic Handle | Gift Box | Full Tang', '6-Inch | 8-Inch | 10-Inch', ['Cutting Board', 'Knife Sharpener']),
          product('Cutting Board', 28, 'Acacia Wood | Bamboo | Walnut', 'Juice Groove | Non-Slip Feet | Side Handles', 'Small | Medium | Large'),
          product('Knife Sharpener', 25, 'Diamond | Ceramic | Whetstone', 'Ergonomic Handle | Non-Slip Feet | Angle Guide', '2-Stage | 3-Stage | 1000/6000 Grit'),
          product('Silicone Spatula Set', 17, 'Heat-Resistant | Bamboo | Stainless Steel', 'Seamless Design | Ergonomic Handle | Hanging Loops', 'Set of 3 | Set of 5 | Set of 8'),
        ],
      },
    ],
  },
  {
    name: 'Grocery & Gourmet Food', weight: 1.3, styles: ['Artisan', 'Family', 'Traditional', 'Wholesome'],
    shelves: [
      {
        name: 'Coffee, Tea & Cocoa', theme: 'coffee and tea', uses: ['espresso lovers', 'quiet evenings', 'early risers', 'iced drinks'],
        types: [
          consumable(21, 'Whole Bean Coffee', 16, 'Organic | Fair Trade | Single-Origin | Decaf', 'Dark Roast | Medium Roast | Chocolate Notes | Floral Notes', '12 oz | 2 lb | 5 lb'),
          consumable(28, 'Green Tea', 12, 'Organic | Fair Trade | Single-Origin | Decaf', 'Floral Notes | Jasmine Blossoms | Roasted Rice | Resealable Bag', '20 Count | 50 Count | 100 Count', ['Wildflower Honey']),
          consumable(30, 'Hot Cocoa Mix', 11, 'Organic | Fair Trade | Low-Sugar', 'Chocolate Notes | Mini Marshmallows | Peppermint Flavor | Resealable Bag', '10 oz | 2 lb | 12 Count'),
          consumable(28, 'Herbal Tea', 10, 'Organic | Fair Trade | Caffeine-Free', 'Chamomile Flowers | Peppermint Flavor | Floral Notes | Lemon and Ginger', '20 Count | 50 Count | 100 Count', ['Wildflower Honey']),
        ],
      },
      {
        name: 'Snacks & Sweets', theme: 'snacking', uses: ['hiking days', 'school lunches', 'movie nights', 'refueling after the gym'],
        types: [
          consumable(20, 'Trail Mix', 14, 'Organic | Gluten-Free | Vegan | Low-Sugar', 'Roasted Almonds | Dried Cranberries | Sea Salt | Chocolate Chunks', '6-Pack | 12-Pack | Family Size'),
          consumable(20, 'Dark Chocolate Bars', 17, 'Organic | Vegan | Low-Sugar | Fair Trade', 'Roasted Almonds | Sea Salt | Orange Peel | 85% Cacao', '4-Pack | 6-Pack | 12-Pack'),
          consumable(18, 'Granola Bars', 12, 'Organic | Gluten-Free | Vegan | High-Protein', 'Honey Flavor | Chocolate Chunks | Dried Cranberries | Peanut Butter', '6-Pack | 12-Pack | 24-Pack'),
          consumable(16, 'Potato Chips', 13, 'Organic | Gluten-Free | Kettle-Cooked', 'Sea Salt | Spicy Chili | Sour Cream and Onion | Truffle Flavor', '6-Pack | 12-Pack | Family Size'),
        ],
      },
      {
        name: 'Pantry Staples', theme: 'cooking', uses: ['salads and dressings', 'weeknight dinners', 'home bakers', 'slow cooking'],
        types: [
          consumable(40, 'Olive Oil', 19, 'Organic | Cold-Pressed | Unfiltered', 'First Harvest Olives | Fruity Notes | Dark Glass Bottle | Peppery Finish', '500 ml | 1 Liter | 3 Liter'),
          consumable(25, 'Dried Pasta', 11, 'Organic | Stone-Ground | Whole Wheat | Gluten-Free', 'Bronze-Cut Texture | Durum Wheat | Egg Dough', '1 lb | 4-Pack | 6-Pack', ['Olive Oil']),
          consumable(45, 'Wildflower Honey', 14, 'Organic | Raw | Unfiltered', 'Floral Notes | Dark Glass Jar | Squeeze Bottle | Creamy Texture', '12 oz | 1 lb | 3 lb'),
          consumable(40, 'Basmati Rice', 18, 'Organic | Brown | Aged', 'Extra-Long Grains | Nutty Aroma | Resealable Bag', '2 lb | 5 lb | 10 lb'),
        ],
      },
    ],
  },
  {
    name: 'Pet Supplies', weight: 1.2, styles: ['Cozy', 'Playful', 'Durable', 'Natural'],
    shelves: [
      {
        name: 'Dogs', theme: 'dogs', uses: ['large breeds', 'small breeds', 'puppies', 'senior dogs'],
        types: [
          consumable(28, 'Dry Dog Food', 42, 'Grain-Free | Limited-Ingredient | High-Protein', 'Chicken Flavor | Lamb and Rice | Salmon Flavor | Joint Support', '5 lb | 15 lb | 30 lb', ['Dog Treats']),
          consumable(18, 'Dog Treats', 13, 'Grain-Free | Limited-Ingredient | Freeze-Dried', 'Chicken Flavor | Peanut Butter | Salmon Flavor | Dental Ridges', '8 oz | 1 lb | 2-Pack'),
          product('Dog Leash', 19, 'Nylon | Leather | Climbing Rope', 'Reflective Stitching | Padded Handle | Strong Clip', '4 ft | 6 ft | 16 ft', ['Dog Treats', 'Dog Bed']),
          product('Dog Bed', 48, 'Orthopedic Foam | Plush | Canvas', 'Washable Cover | Raised Rim | Waterproof Lining | Anti-Slip Bottom', 'Small | Medium | Large', ['Dog Treats']),
        ],
      },
      {
        name: 'Cats', theme: 'cats', uses: ['indoor cats', 'kittens', 'several cats', 'picky eaters'],
        types: [
          consumable(21, 'Cat Litter', 21, 'Clumping Clay | Pine | Corn | Crystal', 'Odor Control | Low Dust | Lavender Scent', '10 lb | 20 lb | 40 lb'),
          consumable(18, 'Wet Cat Food', 24, 'Grain-Free | Limited-Ingredient | High-Protein', 'Salmon Flavor | Chicken Flavor | Tuna in Gravy | Turkey Pate', '12-Pack | 24-Pack'),
          product('Cat Tree', 69, 'Sisal | Plush | Birch Wood', 'Wobble-Free Base | Hammock | Scratching Posts | Cozy Cave', '90 cm | 130 cm | 180 cm', ['Catnip Toys']),
          product('Catnip Toys', 11, 'Plush | Organic Cotton | Natural Feather', 'Crinkle Sound | Strong Catnip | Bell Inside', '3-Pack | 6-Pack | 12-Pack'),
        ],
      },
      {
        name: 'Fish & Aquariums', theme: 'aquariums', uses: ['tropical fish', 'goldfish', 'planted tanks', 'a first aquarium'],
        types: [
          product('Aquarium Tank', 84, 'Glass | Acrylic | Low-Iron Glass', 'LED Lighting | Hinged Lid | Beveled Edges | Hidden Filter Chamber', '5-Gallon | 10-Gallon | 20-Gallon', ['Aquarium Filter', 'Fish Food', 'Aquarium Gravel']),
          product('Aquarium Filter', 32, 'Activated Carbon | Sponge | Bio-Ring', 'Whisper-Quiet Pump | Adjustable Flow | Easy Setup', '10-Gallon | 20-Gallon | 40-Gallon', ['Fish Food']),
          consumable(35, 'Fish Food', 9, 'Freeze-Dried | Slow-Sinking | Natural', 'Color Enhancers | Clear-Water Formula | Shrimp Flavor', '1 oz | 3 oz | 7 oz'),
          product('Aquarium Gravel', 15, 'Natural Stone | Polished | Volcanic', 'Rounded Edges | Plant Nutrients | Bright Colors', '5 lb | 10 lb | 20 lb'),
        ],
      },
    ],
  },
  {
    name: 'Sports & Outdoors', weight: 1.2, styles: ['Lightweight', 'Rugged', 'Modern', 'Compact'],
    shelves: [
      {
        name: 'Camping & Hiking', theme: 'outdoors', uses: ['backpacking trips', 'family camping', 'winter nights', 'music festivals'],
        types: [
          product('Camping Tent', 139, 'Ripstop Nylon | Canvas | Recycled Polyester', 'Waterproof Floor | Quick Setup | Mesh Windows | Storm Poles', '1-Person | 2-Person | 4-Person | 6-Person', ['Sleeping Bag', 'Headlamp', 'Camping Stove']),
          product('Sleeping Bag', 79, 'Down-Filled | Recycled Polyester | Ripstop Nylon', 'Compression Sack | Draft Collar | Two-Way Zipper | Winter Rating', 'Regular | Long | Double', ['Headlamp']),
          product('Camping Stove', 52, 'Titanium | Stainless Steel | Aluminum', 'Push-Button Ignition | Wind Shield | Folding Legs | Fine Flame Control', '1-Burner | 2-Burner', ['Trail Mix']),
          product('Headlamp', 26, 'Aluminum | Rubberized | Waterproof', 'Rechargeable Battery | Red Night Mode | Adjustable Strap | Motion Sensor', '300 Lumens | 600 Lumens | 1000 Lumens'),
        ],
      },
      {
        name: 'Running', theme: 'fitness', uses: ['marathon training', 'trail running', 'rainy commutes', 'new runners'],
        types: [
          product('Running Shoes', 98, 'Breathable Mesh | Stretch Knit | Waterproof', 'Cushioned Soles | Arch Support | Reflective Details | Deep Lugs', 'Black | Coral | Blue', ['Running Socks', 'Running Belt']),
          consumable(60, 'Running Socks', 17, 'Merino Wool | Stretch Knit | Recycled Polyester', 'Cushioned Soles | Arch Support | Blister Guard | Moisture Control', '3-Pack | 6-Pack'),
          product('Running Belt', 22, 'Stretch Knit | Neoprene | Recycled Polyester', 'Zip Pocket | Reflective Details | Bottle Holder', 'Small | Medium | Large'),
          product('Running Jacket', 68, 'Waterproof | Breathable Mesh | Recycled Polyester', 'Zip Pocket | Reflective Details | Packable Hood | Wind Protection', 'Small | Medium | Large'),
        ],
      },
      {
        name: 'Yoga & Strength', theme: 'fitness', uses: ['hot yoga', 'home gyms', 'recovery days', 'strength training'],
        types: [
          product('Yoga Mat', 38, 'Natural Rubber | Cork | Microfiber', 'Extra Thickness | Non-Slip Surface | Carrying Strap | Alignment Lines', '4 mm | 6 mm | 10 mm', ['Resistance Bands']),
          product('Dumbbell Set', 85, 'Cast Iron | Neoprene | Rubber-Coated', 'Adjustable Weight | Knurled Handles | Storage Rack', '10 lb | 25 lb | 50 lb', ['Protein Powder', 'Resistance Bands']),
          product('Resistance Bands', 21, 'Natural Rubber | Fabric | Latex-Free', 'Door Anchor | Foam Handles | Carrying Bag', 'Light | Medium | Heavy | Set of 5'),
          consumable(28, 'Protein Powder', 36, 'Grass-Fed Whey | Vegan | Organic', 'Vanilla Flavor | Chocolate Flavor | Added Electrolytes | No Sweeteners', '1 lb | 2 lb | 5 lb', ['Granola Bars']),
        ],
      },
    ],
  },
  {
    name: 'Arts, Crafts & Sewing', weight: 1, styles: ['Vintage', 'Colorful', 'Traditional', 'Whimsical'],
    shelves: [
      {
        name: 'Painting & Drawing', theme: 'making art', uses: ['landscape painters', 'art students', 'children’s classes', 'studio professionals'],
        types: [
          consumable(45, 'Paint Set', 26, 'Acrylic | Watercolor | Oil | Gouache', 'Vivid Pigments | Fast-Drying Formula | Travel Case | Mixing Palette', '12 Colors | 24 Colors | 36 Colors', ['Paint Brush Set', 'Canvas Panels']),
          product('Paint Brush Set', 16, 'Synthetic | Hog Bristle | Birch Wood', 'Travel Case | Fine Points | Seamless Ferrules', '6-Piece | 12-Piece | 24-Piece', ['Canvas Panels']),
          consumable(35, 'Canvas Panels', 19, 'Cotton | Linen | Recycled', 'Triple Primer | Archival Quality | Fine Weave', '6-Pack | 12-Pack | 24-Pack'),
          product('Tabletop Easel', 37, 'Birch Wood | Beechwood | Aluminum', 'Storage Drawer | Adjustable Angle | Folding Legs', 'Small | Medium | Large', ['Canvas Panels', 'Paint Set']),
        ],
      },
      {
        name: 'Knitting & Crochet', theme: 'textile crafts', uses: ['baby blankets', 'cozy sweaters', 'first projects', 'lace shawls'],
        types: [
          consumable(30, 'Knitting Yarn', 15, 'Merino Wool | Cotton | Alpaca | Bamboo', 'Hand-Dyed Colors | Chunky Weight | Fine Weight | Free Pattern', '100 g | 200 g | 6-Pack', ['Knitting Needles']),
          product('Knitting Needles', 18, 'Bamboo | Birch Wood | Aluminum', 'Smooth Points | Flexible Cable | Free Pattern | Size Engraving', '3 mm | 5 mm | 8 mm | Set of 8', ['Knitting Yarn']),
          product('Crochet Hook Set', 20, 'Bamboo | Aluminum | Soft-Grip', 'Smooth Points | Ergonomic Handles | Zip Case | Size Engraving', '8-Piece | 12-Piece | 22-Piece', ['Knitting Yarn']),
          product('Yarn Storage Bag', 24, 'Canvas | Felt | Cotton', 'Yarn Feed Holes | Inner Pockets | Shoulder Strap', 'Small | Large'),
        ],
      },
      {
        name: 'Paper & Wood Crafts', theme: 'making art', uses: ['wedding invitations', 'family albums', 'rainy afternoons', 'greeting cards'],
        types: [
          consumable(40, 'Card Stock', 13, 'Kraft | Linen | Recycled | Glitter', 'Foil Accents | Archival Quality | Rich Colors', '20 Sheets | 50 Sheets | 100 Sheets'),
          product('Scrapbook Album', 29, 'Kraft | Linen | Leather', 'Foil Accents | Archival Quality | Ribbon Closure | Expandable Spine', '40 Pages | 60 Pages | 100 Pages', ['Card Stock', 'Washi Tape']),
          consumable(40, 'Washi Tape', 9, 'Rice Paper | Recycled | Glitter', 'Foil Accents | Floral Patterns | Clean Removal', '5 Rolls | 10 Rolls | 20 Rolls'),
          product('Wood Carving Kit', 33, 'Basswood | Beechwood | High-Carbon Steel', 'Precision Blades | Cut-Resistant Gloves | Storage Case', '6-Piece | 10-Piece | 20-Piece', ['Safety Goggles']),
        ],
      },
    ],
  },
  {
    name: 'Toys & Games', weight: 1, styles: ['Playful', 'Colorful', 'Retro', 'Whimsical'],
    shelves: [
      {
        name: 'Board & Card Games', theme: 'game night', uses: ['family game night', 'couples', 'large parties', 'experienced players'],
        types: [
          product('Strategy Board Game', 45, 'Wooden | Illustrated | Historical | Fantasy', 'Cooperative Play | Deep Strategy | Solo Mode | Quick Rounds', '1-4 Players | 2-5 Players | 3-6 Players', ['Card Sleeves', 'Game Expansion']),
          product('Party Card Game', 21, 'Illustrated | Trivia | Word', 'Quick Rounds | Easy Rules | Bluffing | Team Play', '2-6 Players | 3-8 Players | 4-10 Players'),
          product('Game Expansion', 27, 'Illustrated | Historical | Fantasy', 'Deep Strategy | Solo Mode | New Characters | Extra Map', '1-4 Players | 2-5 Players', ['Card Sleeves']),
          product('Card Sleeves', 8, 'Matte | Clear | Premium-Thickness', 'Acid-Free Film | Snug Fit | Smooth Shuffle', '50 Count | 100 Count | 500 Count'),
        ],
      },
      {
        name: 'Building & Models', theme: 'building', uses: ['curious kids', 'patient adults', 'school projects', 'collectors'],
        types: [
          product('Building Block Set', 36, 'Wooden | Interlocking | Magnetic', 'Moving Parts | Picture Guide | Bright Colors | Castle Theme', '120 Pieces | 350 Pieces | 800 Pieces', ['Block Storage Box']),
          product('Model Car Kit', 33, 'Die-Cast | Wooden | Plastic', 'Moving Parts | Realistic Details | Display Stand | Picture Guide', '1:43 Scale | 1:24 Scale | 1:18 Scale', ['Hobby Glue', 'Paint Set']),
          product('Block Storage Box', 20, 'Wooden | Fabric | Plastic', 'Stackable Shape | Snap Lid | Bright Colors', 'Small | Medium | Large'),
          consumable(60, 'Hobby Glue', 7, 'Plastic | Wood | Quick-Set', 'Precision Tip | Clear Finish | Low Odor', '1 oz | 4 oz | 3-Pack'),
        ],
      },
      {
        name: 'Puzzles & Plush', theme: 'quiet play', uses: ['toddlers', 'rainy Sundays', 'bedtime', 'patient puzzlers'],
        types: [
          product('Jigsaw Puzzle', 19, 'Recycled Board | Wooden | Glow-in-the-Dark', 'Full-Size Poster | Snug Fit | Landscape Art | Animal Art', '100 Pieces | 500 Pieces | 1000 Pieces', ['Puzzle Mat']),
          product('Puzzle Mat', 25, 'Felt | Velvet | Wooden', 'Roll-Up Tube | Sorting Trays | Non-Slip Bottom', '500 Pieces | 1000 Pieces | 1500 Pieces'),
          product('Teddy Bear', 24, 'Organic Cotton | Velvet | Recycled Polyester', 'Extra-Soft Fur | Embroidered Eyes | Heart Pillow', '20 cm | 30 cm | 60 cm'),
          product('Plush Dinosaur', 22, 'Organic Cotton | Velvet | Recycled Polyester', 'Extra-Soft Fur | Embroidered Eyes | Roaring Sound', '20 cm | 30 cm | 60 cm'),
        ],
      },
    ],
  },
  {
    name: 'Office & Stationery', weight: 0.9, styles: ['Minimalist', 'Elegant', 'Modern', 'Vintage'],
    shelves: [
      {
        name: 'Pens & Writing', theme: 'writing', uses: ['daily journaling', 'calligraphy', 'signing letters', 'left-handed writers'],
        types: [
          product('Fountain Pen', 41, 'Brass | Resin | Aluminum | Bamboo', 'Fine Nib | Broad Nib | Ink Converter | Gift Box', 'Black | Navy | Emerald', ['Bottled Ink', 'Hardcover Notebook']),
          consumable(45, 'Bottled Ink', 14, 'Shimmer | Waterproof | Quick-Dry', 'Smooth Flow | Rich Shading | Glass Bottle', 'Black | Blue | Emerald | Burgundy'),
          consumable(35, 'Gel Pens', 11, 'Retractable | Quick-Dry | Erasable', 'Smooth Flow | Fine Point | Soft Grip', '6-Pack | 12-Pack | 24 Colors'),
          product('Pencil Case', 15, 'Leather | Canvas | Felt', 'Two Compartments | Elastic Loops | Metal Zipper', 'Black | Navy | Sand', ['Gel Pens']),
        ],
      },
      {
        name: 'Notebooks & Planners', theme: 'writing', uses: ['bullet journals', 'students', 'meeting notes', 'travel diaries'],
        types: [
          consumable(50, 'Hardcover Notebook', 18, 'Leather | Linen | Recycled', 'Dotted Pages | Ruled Pages | Lay-Flat Binding | Ribbon Marker', 'A4 | A5 | Pocket', ['Gel Pens']),
          product('Weekly Planner', 23, 'Leather | Linen | Recycled', 'Undated Pages | Habit Tracker | Lay-Flat Binding | Ribbon Marker', 'A4 | A5 | Pocket', ['Gel Pens', 'Washi Tape']),
          consumable(40, 'Sticky Notes', 8, 'Recycled | Pastel | Transparent', 'Strong Adhesive | Ruled Pages | Pop-Up Dispenser', '3-Pack | 6-Pack | 12-Pack'),
          product('Sketchbook', 17, 'Cotton | Recycled | Kraft', 'Heavy Paper | Lay-Flat Binding | Elastic Band', 'A3 | A4 | A5', ['Gel Pens']),
        ],
      },
      {
        name: 'Desk & Ergonomics', theme: 'desk', uses: ['home offices', 'standing desks', 'small spaces', 'long working days'],
        types: [
          product('Monitor Stand', 37, 'Walnut | Bamboo | Steel', 'Adjustable Height | Storage Drawer | Cable Management', 'Single | Dual | Extra Wide', ['Mechanical Keyboard']),
          product('Desk Organizer', 24, 'Walnut | Steel Mesh | Felt', 'Storage Drawer | Five Compartments | Anti-Slip Feet', 'Small | Large', ['Sticky Notes']),
          product('Desk Lamp', 35, 'Brass | Aluminum | Bamboo', 'Adjustable Arm | Dimmable Light | Wireless Charging Base', 'Black | White | Natural'),
          product('Seat Cushion', 32, 'Memory Foam | Cooling Gel | Mesh', 'Washable Cover | Anti-Slip Bottom | Tailbone Cutout', 'Standard | Large'),
        ],
      },
    ],
  },
  {
    name: 'Electronics', weight: 1.2, styles: ['Sleek', 'Compact', 'Retro', 'Modern'],
    shelves: [
      {
        name: 'Headphones & Audio', theme: 'listening', uses: ['long flights', 'the gym', 'video calls', 'audiophiles'],
        types: [
          product('Over-Ear Headphones', 119, 'Wireless | Wired | Aluminum', 'Noise Cancelling | 40-Hour Battery | Deep Bass | Memory Foam Pads', 'Black | White | Navy', ['Headphone Stand']),
          product('Wireless Earbuds', 79, 'Water-Resistant | Noise-Cancelling | Open-Ear', 'Deep Bass | Clear Calls | Charging Case | Touch Controls', 'Black | White | Sand'),
          product('Bluetooth Speaker', 65, 'Water-Resistant | Aluminum | Fabric', 'Deep Bass | 24-Hour Battery | Stereo Pairing | Carrying Loop', '10 W | 20 W | 60 W'),
          product('Headphone Stand', 21, 'Aluminum | Walnut | Acrylic', 'Cable Management | Anti-Slip Feet | Wireless Charging Base', 'Black | White | Natural'),
        ],
      },
      {
        name: 'Computer Accessories', theme: 'desk', uses: ['programmers', 'competitive gaming', 'working on the road', 'tidy desks'],
        types: [
          product('Mechanical Keyboard', 89, 'Hot-Swappable | Aluminum | Silent', 'RGB Lighting | Tactile Switches | Multi-Device Pairing | Volume Knob', '60% | 75% | Full Size', ['Gaming Mouse', 'Wrist Rest']),
          product('Gaming Mouse', 49, 'Wireless | Wired | Silent', 'RGB Lighting | Ergonomic Shape | Six Buttons | Multi-Device Pairing', 'Black | White'),
          product('USB-C Hub', 38, 'Aluminum | Braided | Travel-Size', 'Fast Charging | Dual Displays | Card Reader', '5-in-1 | 7-in-1 | 10-in-1'),
          product('Wrist Rest', 18, 'Memory Foam | Walnut | Cooling Gel', 'Ergonomic Shape | Anti-Slip Feet | Washable Cover', '60% | 75% | Full Size'),
        ],
      },
      {
        name: 'Camera & Photo', theme: 'photography', uses: ['landscape photography', 'street photography', 'vlogging', 'wildlife photography'],
        types: [
          product('Camera Tripod', 92, 'Carbon Fiber | Aluminum', 'Ball Head | Quick Release | Phone Mount | Travel Bag', '130 cm | 160 cm | 190 cm', ['Camera Bag']),
          product('Camera Bag', 67, 'Waxed Canvas | Leather | Recycled Polyester', 'Padded Dividers | Rain Cover | Laptop Sleeve | Quick Access', '6 Liter | 12 Liter | 25 Liter', ['Memory Card']),
          product('Memory Card', 28, 'SDXC | microSD | CFexpress', 'High-Speed Transfer | Shock Protection | Protective Case', '64 GB | 128 GB | 256 GB'),
          product('Lens Filter Kit', 44, 'Multi-Coated | Magnetic | Nano-Coated', 'Neutral Density | Circular Polarizer | Protective Case', '58 mm | 67 mm | 77 mm'),
        ],
      },
    ],
  },
  {
    name: 'Beauty & Personal Care', weight: 1.1, styles: ['Gentle', 'Natural', 'Elegant', 'Fresh'],
    shelves: [
      {
        name: 'Skin Care', theme: 'skin care', uses: ['sensitive skin', 'dry skin', 'acne-prone skin', 'mature skin'],
        types: [
          consumable(40, 'Face Moisturizer', 24, 'Vitamin C | Hyaluronic | Aloe Vera | Niacinamide', 'Fragrance-Free Formula | Oil-Free Formula | SPF 30 | Overnight Repair', '30 ml | 50 ml | 100 ml', ['Face Cleanser']),
          consumable(35, 'Face Cleanser', 15, 'Vitamin C | Aloe Vera | Salicylic | Oat', 'Fragrance-Free Formula | Oil-Free Formula | Foaming Texture | Pump Bottle', '100 ml | 200 ml | 2-Pack', ['Face Moisturizer']),
          consumable(30, 'Sunscreen Lotion', 18, 'Mineral | Aloe Vera | Reef-Friendly', 'SPF 30 | SPF 50 | Water Resistance | Fragrance-Free Formula', '50 ml | 100 ml | 200 ml'),
          consumable(45, 'Face Serum', 31, 'Vitamin C | Hyaluronic | Niacinamide | Retinol', 'Fragrance-Free Formula | Overnight Repair | Glass Dropper', '15 ml | 30 ml | 60 ml', ['Face Moisturizer']),
        ],
      },
      {
        name: 'Hair Care', theme: 'hair care', uses: ['curly hair', 'fine hair', 'colored hair', 'itchy scalps'],
        types: [
          consumable(35, 'Shampoo', 14, 'Argan Oil | Keratin | Coconut | Tea Tree', 'Sulfate-Free Formula | Volume Boost | Color Protection | Frizz Control', '250 ml | 500 ml | 1 Liter', ['Hair Conditioner']),
          consumable(35, 'Hair Conditioner', 14, 'Argan Oil | Keratin | Coconut | Shea Butter', 'Sulfate-Free Formula | Volume Boost | Color Protection | Frizz Control', '250 ml | 500 ml | 1 Liter'),
          product('Hair Dryer', 62, 'Ionic | Ceramic | Folding', 'Three Heat Settings | Diffuser Nozzle | Frizz Control | Cool Shot', '1200 W | 1800 W | 2200 W', ['Hair Brush']),
          product('Hair Brush', 16, 'Bamboo | Boar Bristle | Ceramic', 'Frizz Control | Cushioned Base | Vented Shape', 'Small | Large | Travel Size'),
        ],
      },
      {
        name: 'Shaving & Grooming', theme: 'grooming', uses: ['traditional wet shaving', 'sensitive necks', 'full beards', 'traveling light'],
        types: [
          product('Safety Razor', 34, 'Stainless Steel | Brass | Chrome', 'Weighted Handle | Open Comb | Gift Box', 'Single | With Stand', ['Razor Blades', 'Shaving Cream']),
          consumable(30, 'Razor Blades', 12, 'Stainless Steel | Platinum-Coated | Teflon-Coated', 'Close Shave | Smooth Glide | Recyclable Box', '10-Pack | 50-Pack | 100-Pack'),
          consumable(35, 'Shaving Cream', 11, 'Sandalwood | Aloe Vera | Charcoal', 'Rich Lather | Soothing Formula | Close Shave', '75 ml | 150 ml | 3-Pack'),
          product('Beard Trimmer', 47, 'Cordless | Stainless Steel | Ceramic', '20 Length Settings | Long Battery Life | Washable Head | Travel Case', '6-in-1 | 10-in-1', ['Shaving Cream']),
        ],
      },
    ],
  },
  {
    name: 'Garden & Patio', weight: 0.9, styles: ['Rustic', 'Natural', 'Elegant', 'Durable'],
    shelves: [
      {
        name: 'Seeds & Soil', theme: 'gardening', uses: ['raised beds', 'balcony pots', 'kitchen herbs', 'flower borders'],
        types: [
          consumable(45, 'Vegetable Seeds', 12, 'Organic | Heirloom | Non-GMO', 'High Germination | Planting Guide | Early Harvest', '5-Pack | 10-Pack | 30-Pack', ['Potting Soil', 'Garden Trowel']),
          consumable(45, 'Wildflower Seeds', 10, 'Organic | Heirloom | Native', 'High Germination | Planting Guide | Nectar for Bees', '1 oz | 4 oz | 1 lb', ['Potting Soil']),
          consumable(40, 'Potting Soil', 17, 'Organic | Peat-Free | Coconut Coir', 'Slow-Release Nutrients | Good Drainage | Worm Castings', '8 Quart | 20 Quart | 50 Quart'),
          consumable(35, 'Plant Fertilizer', 15, 'Organic | Liquid | Granular', 'Slow-Release Nutrients | Seaweed Extract | Measuring Cap', '1 lb | 4 lb | 1 Liter'),
        ],
      },
      {
        name: 'Garden Tools', theme: 'gardening', uses: ['rose gardens', 'heavy clay soil', 'fruit trees', 'small hands'],
        types: [
          product('Pruning Shears', 27, 'Stainless Steel | Carbon Steel | Titanium', 'Safety Lock | Comfort Grip | Sap Groove', '6-Inch | 8-Inch', ['Gardening Gloves']),
          product('Garden Trowel', 16, 'Stainless Steel | Ash Wood | Carbon Steel', 'Depth Marks | Comfort Grip | Hanging Loop', 'Single | Set of 3', ['Gardening Gloves', 'Potting Soil']),
          product('Garden Hose', 39, 'Rubber | Expandable | Drinking-Safe', 'Kink-Free Design | Brass Fittings | Spray Nozzle', '25 ft | 50 ft | 100 ft'),
          product('Gardening Gloves', 13, 'Leather | Bamboo | Nitrile-Coated', 'Thorn Protection | Long Cuffs | Breathable Back', 'Small | Medium | Large'),
        ],
      },
      {
        name: 'Outdoor Living', theme: 'patio', uses: ['summer evenings', 'birdwatchers', 'front porches', 'city balconies'],
        types: [
          product('Planter Pot', 29, 'Terracotta | Ceramic | Cedar', 'Drainage Holes | Matching Saucer | Frost Resistance', '6-Inch | 10-Inch | 14-Inch', ['Potting Soil']),
          product('Bird Feeder', 31, 'Cedar | Copper | Recycled Plastic', 'Squirrel Guard | Weatherproof Roof | Window Mount', '1-Quart | 2-Quart | 4-Quart', ['Bird Seed']),
          consumable(25, 'Bird Seed', 18, 'No-Waste | Organic | Sunflower', 'Songbird Blend | Winter Blend | Resealable Bag', '5 lb | 10 lb | 20 lb'),
          product('Patio Lantern', 33, 'Solar-Powered | Copper | Teak', 'Warm White Light | Flickering Flame | Weatherproof Roof', 'Small | Large | 2-Pack'),
        ],
      },
    ],
  },
  {
    name: 'Musical Instruments', weight: 0.8, styles: ['Vintage', 'Modern', 'Elegant', 'Compact'],
    shelves: [
      {
        name: 'Guitars & Strings', theme: 'guitar', uses: ['fingerstyle players', 'blues and rock', 'absolute beginners', 'live shows'],
        types: [
          product('Acoustic Guitar', 189, 'Mahogany | Spruce | Rosewood', 'Warm Tone | Bright Tone | Padded Gig Bag | Built-In Tuner', 'Full Size | 3/4 Size | Travel Size', ['Guitar Strings', 'Guitar Capo']),
          product('Electric Guitar', 259, 'Mahogany | Alder | Maple', 'Warm Tone | Bright Tone | Padded Gig Bag | Locking Tuners', 'Sunburst | Black | Natural', ['Guitar Strings', 'Instrument Cable']),
          consumable(35, 'Guitar Strings', 11, 'Phosphor Bronze | Nickel | Nylon', 'Warm Tone | Bright Tone | Long-Life Coating', 'Light Gauge | Medium Gauge | 3-Pack'),
          product('Guitar Capo', 15, 'Aluminum | Zinc | Rosewood', 'Silicone Pads | Quick Release | Pick Holder', 'Black | Silver'),
        ],
      },
      {
        name: 'Keyboards & Percussion', theme: 'keys and drums', uses: ['piano lessons', 'apartment practice', 'drum circles', 'stage performers'],
        types: [
          product('Digital Piano', 329, 'Weighted-Key | Semi-Weighted | Folding', 'Built-In Speakers | Learning Mode | Sustain Pedal | Touch Sensitivity', '61 Keys | 73 Keys | 88 Keys', ['Piano Bench', 'Over-Ear Headphones']),
          product('Piano Bench', 58, 'Maple | Leather | Velvet', 'Adjustable Height | Music Storage | Anti-Slip Feet', 'Single | Duet'),
          product('Cajon Drum', 96, 'Birch | Maple | Mahogany', 'Adjustable Snares | Warm Tone | Padded Gig Bag', 'Full Size | Travel Size'),
          consumable(40, 'Drumsticks', 12, 'Hickory | Maple | Oak', 'Wood Tips | Nylon Tips | Anti-Slip Grip', '5A | 5B | 7A'),
        ],
      },
      {
        name: 'Recording & Stage', theme: 'recording', uses: ['podcasts', 'singer-songwriters', 'home studios', 'rehearsal rooms'],
        types: [
          product('Studio Microphone', 99, 'Condenser | Dynamic | Ribbon', 'Low-Noise Circuit | Shock Mount | Pop Filter', 'USB | XLR', ['Microphone Stand', 'Audio Interface']),
          product('Audio Interface', 129, 'Bus-Powered | Aluminum | Rack-Mount', 'Low-Noise Circuit | Direct Monitoring | MIDI Ports', '2-Channel | 4-Channel | 8-Channel', ['Instrument Cable', 'Over-Ear Headphones']),
          product('Microphone Stand', 34, 'Steel | Aluminum | Carbon Fiber', 'Boom Arm | Heavy Base | Folding Legs', 'Desktop | Short | Tall'),
          product('Instrument Cable', 19, 'Braided | Oxygen-Free Copper | Coiled', 'Gold-Plated Connectors | Low-Noise Shield | Right-Angle Plug', '1 m | 3 m | 6 m'),
        ],
      },
    ],
  },
];
